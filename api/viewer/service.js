// What the node answers: JSON, or a problem with words a person can use.

/** A request that failed; `status` is 0 when no answer came at all. */
export class Problem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** JSON of an address. Throws Problem with the `detail` of a problem+json answer. */
export async function fetchJson(url, options = {}) {
  const answer = await fetch(url, options).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem("The node does not answer. Is it running, and are you connected?", 0);
  });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) {
    const words = body?.detail ?? body?.title ?? answer.statusText;
    throw new Problem(words || `The node answered ${answer.status}.`, answer.status);
  }
  if (body === null) throw new Problem(`${url} is no JSON.`, answer.status);
  return body;
}
