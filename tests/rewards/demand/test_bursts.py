"""A burst pays who maps its area on its days, and comes back when nobody does."""

from rewards import ledger
from rewards.audit import audit
from rewards.chain import committed
from rewards.demand.bursts import BURST, Asked, Burst, asked, given_back, taken
from rewards.demand.credit import Credit
from rewards.demand.document import demand_in, settled_in
from rewards.demand.reading import check_demand
from rewards.demand.rule import BurstRule
from rewards.documents import weights_of
from rewards.events import Event
from rewards.policy import Policy, parse_policy
from rewards.statement import statement_of
from roadcomb.canonical import Json
from roadcomb.cells import format_cell
from roadcomb.node import Node
from tests.rewards.demand.selling import CENT, TOKEN, burn, prices
from tests.rewards.demand.test_nights import MAPS, STREET, close, paid, policy_of, tell, told
from tests.rewards.earning import account
from tests.rewards.town import CELLS, DAY, add_drive, person

RULE = BurstRule(credits=20, days=2, rings=1)
MIDDLE = CELLS[0]


def burst(customer: str = MAPS, cell: int = MIDDLE) -> Event:
    body: dict[str, Json] = {"customer": customer, "cell": format_cell(cell)}
    return Event(2000, BURST, body)


def selling(fewest: int = 1, more: str = "") -> Policy:
    bursts = "[demand.bursts]\ncredits = 20\ndays = 2\nrings = 4\n"
    return parse_policy(policy_of(fewest).text + (more + bursts).encode())


def test_a_burst_takes_its_part_of_what_was_burnt_and_gives_it_back_whole() -> None:
    before = {MAPS: Credit(30, 301)}
    bursts, left = taken(RULE, DAY, [Asked(5, MAPS), Asked(6, MAPS)], before)
    assert bursts == (Burst(DAY + 1, 5, MAPS, 20, 200),)
    assert left == {MAPS: Credit(10, 101)}
    assert given_back(left, bursts) == before
    assert taken(None, DAY, [Asked(5, MAPS)], before) == ((), before)


def test_a_customer_has_one_burst_of_a_cell_at_a_time() -> None:
    events = [burst(), burst(), burst("other"), Event(1, BURST, {"cell": "8c"})]
    running = [Burst(DAY, MIDDLE, "other", 1, 1)]
    assert asked(events, [Asked(MIDDLE, MAPS)], running) == (Asked(MIDDLE, MAPS),)


def test_who_maps_the_area_on_its_days_shares_it_when_it_ends(node: Node) -> None:
    policy = selling()
    add_drive(node, person("early"), STREET[:3])
    tell(node, [*prices(CENT), burn(MAPS, 75), burst()])
    found = close(node, policy)
    assert found[ledger.VAULT] == 75 * TOKEN
    add_drive(node, person("alice"), STREET[:3], epoch=DAY + 1)
    tell(node, prices(CENT, DAY + 1), DAY + 1)
    close(node, policy, DAY + 1)
    tell(node, prices(CENT, DAY + 2), DAY + 2)
    found = close(node, policy, DAY + 2)
    cost = 75 * TOKEN * 20 // 100
    assert paid(node, "alice", DAY + 2) == cost // 4
    assert paid(node, "early", DAY + 2) == 0
    assert (found[ledger.VAULT], found[ledger.BURNED]) == (75 * TOKEN - cost, cost - cost // 4)
    assert demand_in(told(node, DAY + 2)).market.bursts == ()
    [area] = settled_in(told(node, DAY + 2))
    assert (len(area.lot.cells), area.lot.first, area.lot.last) == (61, DAY + 1, DAY + 2)
    [night] = statement_of(node, person("alice").public)["demand"]
    check_demand(night, account("alice"), committed(node)[-1].manifest, told(node, DAY + 2))
    assert len(night["rows"]) == 3
    assert len(list(audit(node.settings.published))) == 3


def test_what_nobody_maps_comes_back_as_credits(node: Node) -> None:
    policy = selling()
    add_drive(node, person("alice"), STREET[:3])
    tell(node, [*prices(CENT), burn(MAPS, 75), burst()])
    close(node, policy)
    assert demand_in(told(node)).market.credits[MAPS].credits == 80
    for epoch in (DAY + 1, DAY + 2):
        tell(node, prices(CENT, epoch), epoch)
        found = close(node, policy, epoch)
    market = demand_in(told(node, DAY + 2)).market
    assert (market.credits, market.bursts) == ({MAPS: Credit(100, 75 * TOKEN)}, ())
    assert found[ledger.VAULT] == 75 * TOKEN
    assert len(list(audit(node.settings.published))) == 3


def test_a_mapped_burst_waits_for_company_and_for_a_price(node: Node) -> None:
    policy = selling(fewest=2)
    tell(node, [*prices(CENT), burn(MAPS, 75), burst()])
    add_drive(node, person("bob"), STREET[:1])
    close(node, policy)
    add_drive(node, person("alice"), STREET[:3], epoch=DAY + 1)
    close(node, policy, DAY + 1)
    close(node, policy, DAY + 2)
    assert len(demand_in(told(node, DAY + 2)).market.bursts) == 1
    tell(node, prices(CENT, DAY + 3), DAY + 3)
    close(node, policy, DAY + 3)
    assert len(demand_in(told(node, DAY + 3)).market.bursts) == 1
    assert paid(node, "alice", DAY + 3) == 0
    assert len(list(audit(node.settings.published))) == 4


def test_a_running_burst_counts_in_weights_where_the_policy_says_so(node: Node) -> None:
    policy = selling(more="boost = 2000\n")
    tell(node, [*prices(CENT), burn(MAPS, 75), burst()])
    add_drive(node, person("bob"), STREET[:1])
    add_drive(node, person("alice"), STREET[1:2], epoch=DAY + 1)
    close(node, policy)
    close(node, policy, DAY + 1)
    weights = [
        sum(
            weights_of(
                (node.settings.published / str(epoch) / "accounts.json").read_bytes()
            ).values()
        )
        for epoch in (DAY, DAY + 1)
    ]
    assert weights[1] == 2 * weights[0]
