"""`make bench`: every figure that the documents quote, as ratios within one run."""

from tests.benchmarks import (
    bench_archive,
    bench_grade,
    bench_growth,
    bench_judging,
    bench_long_drive,
    bench_masking,
    bench_merkle,
    bench_nightly,
    bench_passes,
    bench_peer,
    bench_positions,
    bench_privacy,
    bench_publishing,
    bench_regrading,
    bench_replays,
    bench_search,
    bench_serving,
    bench_tiles,
    bench_upload,
    bench_viewer,
)

BENCHMARKS = (
    bench_upload,
    bench_long_drive,
    bench_positions,
    bench_privacy,
    bench_grade,
    bench_judging,
    bench_masking,
    bench_publishing,
    bench_regrading,
    bench_replays,
    bench_search,
    bench_tiles,
    bench_archive,
    bench_serving,
    bench_peer,
    bench_growth,
    bench_nightly,
    bench_passes,
    bench_merkle,
    bench_viewer,
)


def main() -> None:
    """Run one after the other."""
    for benchmark in BENCHMARKS:
        print(f"\n== {(benchmark.__doc__ or '').splitlines()[0]}", flush=True)
        benchmark.main()


if __name__ == "__main__":
    main()
