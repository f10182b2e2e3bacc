// The server as the phone speaks to it (docs/api.md). What does not go is thrown as a Problem.

const BASE = "/api/v1";
const PATIENCE = 120_000;
const tokens = new Map(); // of the session, by account: all parts of the page share them

// status 0: nothing was answered. `more` holds what stood beside code and facts.
export class Problem extends Error {
  constructor(told = {}) {
    const { status = 0, code = "no_signal", title = "", facts = {}, wait = 0, more = {} } = told;
    super(code);
    Object.assign(this, { status, code, title, facts, wait, more });
  }
}

// account: whose outbox this is; every writing says so, and nothing is taken in another's session.
export function openApi(account, { fetch = (...args) => globalThis.fetch(...args) } = {}) {
  async function call(method, path, { body, headers = {}, etag = "", again = true } = {}) {
    const writing = method !== "GET";
    if (writing && !tokens.has(account)) await session();
    const answer = await ask(`${BASE}${path}`, {
      method,
      body,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "manual",
      headers: {
        Accept: "application/json",
        ...headers,
        ...(etag ? { "If-None-Match": etag } : {}),
        ...(writing ? { "X-CSRFToken": tokens.get(account), "X-Account": account } : {}),
      },
    });
    if (answer.ok || answer.status === 304) return answer;
    const problem = await problemOf(answer);
    if (problem.code === "csrf" && again) {
      tokens.delete(account);
      return call(method, path, { body, headers, etag, again: false });
    }
    if (problem.status === 401) tokens.delete(account);
    throw problem;
  }

  async function ask(address, options) {
    const patience = AbortSignal.timeout?.(PATIENCE);
    try {
      return await fetch(address, { ...options, signal: patience });
    } catch {
      throw new Problem();
    }
  }

  async function read(answer) {
    try {
      return await answer.json();
    } catch {
      throw new Problem(); // the line broke in the middle of the answer
    }
  }

  // Who is signed in here; somebody else is a Problem already now, not with the first photo.
  async function session() {
    const told = await read(await call("GET", "/session"));
    if (told.user.id !== account) throw new Problem({ status: 409, code: "other_account" });
    tokens.set(account, told.csrf_token);
    return told;
  }

  async function get(path, { etag = "", bytes = false } = {}) {
    const answer = await call("GET", path, { etag });
    if (answer.status === 304) return { fresh: false, etag };
    return {
      fresh: true,
      etag: answer.headers.get("ETag") ?? "",
      value: bytes ? await answer.arrayBuffer().catch(broken) : await read(answer),
    };
  }

  async function write(method, path, sent) {
    const options = sent instanceof Blob || sent instanceof ArrayBuffer || ArrayBuffer.isView(sent)
      ? { body: sent, headers: { "Content-Type": sent.type || "application/octet-stream" } }
      : { body: JSON.stringify(sent), headers: { "Content-Type": "application/json" } };
    return read(await call(method, path, options));
  }

  return {
    session,
    get,
    put: (path, sent) => write("PUT", path, sent),
    post: (path, sent) => write("POST", path, sent),
  };
}

function broken() {
  throw new Problem();
}

async function problemOf(answer) {
  const told = await answer.json().catch(() => ({}));
  const { type: _type, status: _status, code = "", title = "", facts = {}, ...more } = told;
  // Without a problem in it, it came from something in between: a proxy, a hotel's gate.
  const known = code || (answer.status >= 500 ? "server_error" : "not_ours");
  return new Problem({
    status: code || answer.status >= 500 ? answer.status : 0,
    code: known,
    title,
    facts,
    wait: 1000 * (Number(answer.headers.get("Retry-After")) || 0),
    more,
  });
}
