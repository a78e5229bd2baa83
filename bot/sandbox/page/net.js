/** The wire: requests to the sandbox's server, and the stream of what happens there. */

const RETRY_MS = [500, 1000, 2000, 4000];

/** Thrown when the server refused, with its own sentence, or could not be reached. */
export class Refusal extends Error {}

async function answerOf(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Refusal("The sandbox does not answer. Is it still running?");
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(body?.error ?? `The sandbox answered ${response.status}.`);
  return body ?? {};
}

export const readState = () => answerOf(fetch("/sandbox/state", { cache: "no-store" }));

/** POST an object as JSON to /sandbox/<path>; the answer as an object. Throws Refusal. */
export function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answerOf(
    fetch(`/sandbox/${path}`, { method: "POST", headers, body: JSON.stringify(body) }),
  );
}

/** POST a file and its fields to /sandbox/send. Throws Refusal. */
export function postFile(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== "") form.append(name, value);
  }
  if (file?.size) form.append("file", file, file.name);
  return answerOf(fetch("/sandbox/send", { method: "POST", body: form }));
}

/**
 * Follow /sandbox/events for as long as the page lives.
 *
 * `opened` runs each time the stream is (again) there: the moment to read the whole state, since
 * whatever happens later comes as an event. `lost` runs when it breaks. A browser gives up for
 * good when a proxy or a server that is starting answers anything but 200, so this tries again.
 */
export function follow({ opened, happened, lost }) {
  let failures = 0;
  const connect = () => {
    const stream = new EventSource("/sandbox/events");
    stream.onopen = () => {
      failures = 0;
      opened();
    };
    stream.onmessage = (line) => happened(JSON.parse(line.data));
    stream.onerror = () => {
      lost();
      if (stream.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
      failures += 1;
    };
  };
  connect();
}
