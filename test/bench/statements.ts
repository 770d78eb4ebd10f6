import { once } from 'node:events';
import { createServer, type Socket, connect as socketTo } from 'node:net';
import { join } from 'node:path';
import { type Load, load } from './load.ts';
import { start } from './processes.ts';
import { median } from './report.ts';

// Counts the statements that calls take. A server reaches its PostgreSQL through a relay, which reads the messages: so each
// statement is counted, also the second one of a transaction, and at once.

const WARM_UP = 500;
const ROUNDS = 10;
/** Calls of a round: so few that most rounds end before a background job runs. The median leaves the others out. */
const callsOf = (connections: number) => 200 + 40 * connections;

/** The statements of each round, divided by its calls, and all statements by their names. */
export interface StatementCount {
  perCall: number[];
  byName: Map<string, number>;
}

/**
 * Counts statements per answered call, with warm facts, on a server that is started for it.
 *
 * @param tree the folder of the server's code
 */
export async function countStatements(
  databaseUrl: string,
  call: Pick<Load, 'headers' | 'body'>,
  connectionCounts: readonly number[],
  tree?: string,
): Promise<StatementCount[]> {
  const relay = await startRelay(databaseUrl);
  const server = await start(['src/main.ts', 'serve'], { DATABASE_URL: relay.url, PORT: '0' }, tree);
  try {
    const counts: StatementCount[] = [];
    for (const connections of connectionCounts) {
      const send = (requests: number) => load({ ...call, url: server.url, connections, until: { requests } });
      await send(WARM_UP);
      const perCall: number[] = [];
      const byName = new Map<string, number>();
      relay.onStatement = name => byName.set(name, (byName.get(name) ?? 0) + 1);
      const total = () => [...byName.values()].reduce((sum, count) => sum + count, 0);
      for (let round = 1; round <= ROUNDS; round++) {
        const before = total();
        const { answered } = await send(callsOf(connections));
        perCall.push((total() - before) / answered);
      }
      relay.onStatement = () => {};
      counts.push({ perCall, byName });
    }
    return counts;
  } finally {
    await server.stop();
    await relay.stop();
  }
}

/** @throws if a warm call takes more than one statement. The median leaves out rounds with a background job. */
export function checkOneStatement({ perCall, byName }: StatementCount): void {
  if (median(perCall) <= 1) return;
  const names = [...byName].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${count} × ${name}`);
  throw new Error(
    `A warm call takes ${median(perCall).toFixed(2)} statements instead of one: ${names.join(', ')}`,
  );
}

interface Relay {
  /** The URL of the database through the relay. */
  url: string;
  /** Called with the name of each statement, or the start of its text. */
  onStatement: (name: string) => void;
  stop: () => Promise<void>;
}

/** Starts a relay to the private PostgreSQL of a URL, which names the folder of its socket. */
async function startRelay(databaseUrl: string): Promise<Relay> {
  const [database = '', query] = databaseUrl.split('?');
  const { host = '', port } = Object.fromEntries(new URLSearchParams(query));
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const postgres = socketTo(join(host, `.s.PGSQL.${port}`));
    const read = statementReader(name => relay.onStatement(name));
    client.on('data', read).pipe(postgres).pipe(client);
    for (const socket of [client, postgres]) {
      sockets.add(socket);
      socket.setNoDelay(true).on('close', () => sockets.delete(socket));
      socket.on('error', () => [client, postgres].forEach(either => void either.destroy()));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const ownPort = typeof address === 'object' ? address?.port : undefined;
  const relay: Relay = {
    url: `${database.replace('@/', `@127.0.0.1:${ownPort}/`)}?sslmode=disable`,
    onStatement: () => {},
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return relay;
}

/** Reads what a client sends in PostgreSQL's protocol (version 3), and reports each statement that it executes. */
function statementReader(onStatement: (name: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let hasStarted = false;
  let bound: string | undefined;
  let unnamed: string | undefined;
  // No call uses the queue of the background jobs, which every server polls.
  const nameOf = (text: string) =>
    text.includes('pgboss') ? undefined : text.trim().split(/\s+/, 3).join(' ');
  const report = (name: string | undefined) => {
    if (name !== undefined) onStatement(name);
  };
  const handle = (type: string, body: Buffer) => {
    if (!'PBEQ'.includes(type)) return;
    const [first = '', second = ''] = body.toString('latin1').split('\0', 2);
    if (type === 'P' && first === '') unnamed = nameOf(second);
    if (type === 'B') bound = second === '' ? unnamed : second;
    if (type === 'E') report(bound);
    if (type === 'Q') report(nameOf(first));
  };
  return chunk => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      // A message is a type, which the first one does not have, a length, which includes itself, and a body.
      const lengthAt = hasStarted ? 1 : 0;
      if (rest.length < lengthAt + 4) return;
      const end = lengthAt + rest.readInt32BE(lengthAt);
      if (rest.length < end) return;
      if (hasStarted) handle(String.fromCharCode(rest[0] ?? 0), rest.subarray(5, end));
      hasStarted = true;
      rest = rest.subarray(end);
    }
  };
}
