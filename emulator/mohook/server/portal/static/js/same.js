// What the phone sends, as others would send it: written anew at each change.

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`; // for a shell
const word = (text) => (/^[\w+.-]+$/.test(text) ? text : quoted(text));
const literal = (text) => JSON.stringify(text); // Python reads it as JSON does

const ways = {
  curl: (message) => quoted(JSON.stringify(message)),
  mohook({ provider, from, to, body, count, batch }) {
    const flags = [`--from ${word(from)}`, `--to ${word(to)}`, `--body ${quoted(body)}`];
    if (count) flags.push(`--count ${count}`);
    if (batch) flags.push("--batch");
    return [provider, ...flags].join(" ");
  },
  pytest({ provider, from, to, body, count, batch }) {
    const line = `mohook.${provider}`;
    const fields = `sender=${literal(from)}, recipient=${literal(to)}`;
    const calls = [`${line}.connect(app, "/sms/${provider}")`];
    if (batch) {
      calls.push(`text = {"body": ${literal(body)}, "sender": ${literal(from)}, "recipient": ${literal(to)}}`);
      calls.push(`${line}.send_batch([text] * ${count ?? 1})`);
    } else {
      calls.push(...(count ? [`for _ in range(${count}):`] : []));
      calls.push(`${count ? "    " : ""}${line}.send(${literal(body)}, ${fields})`);
    }
    return calls.map((each) => `    ${each}\n`).join("");
  },
};

/** Write a message, as `POST messages` takes it, into every `data-same` of the page. */
export function writeSame({ count, batch, ...message }) {
  if (count > 1) message.count = count;
  if (batch) message.batch = true;
  for (const place of document.querySelectorAll("[data-same]")) {
    place.textContent = ways[place.dataset.same](message);
  }
}
