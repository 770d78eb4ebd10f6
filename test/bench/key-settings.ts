import { MAX_ALLOWED_NETWORKS } from '../../src/api-keys/networks.ts';
import { type Bench, compare, loadOf, promise, ratios, together } from './comparison.ts';
import { load } from './load.ts';
import { addDeployments, callOf } from './system.ts';

const CONNECTIONS = 32;
const MANY = 1_000_000_000;
/** Networks that the caller is not in, before the one that it is in: the check has to try them all. */
const NETWORKS = [
  ...Array.from({ length: MAX_ALLOWED_NETWORKS - 1 }, (_, at) => `198.51.${at}.0/24`),
  '127.0.0.0/8',
];

/** Keys with networks, limits and an ended rehearsal against a key without; the limit of a month on two servers too. */
export async function keySettings(bench: Bench): Promise<void> {
  const { system } = bench;
  const callWith = async (...[name, settings]: [string, Parameters<typeof addDeployments>[2]?]) => {
    const { targets } = await addDeployments(system, [`Octane, ${name}`], settings);
    return await Promise.all(targets.map(target => callOf(target, 1)));
  };
  const [plain, guarded, limited] = await Promise.all([
    callWith('key without settings'),
    callWith('key with networks and calls a minute', { allowedNetworks: NETWORKS, callsPerMinute: MANY }),
    callWith('key with a monthly limit', { monthlyPredictions: MANY }),
  ]);
  await system.db
    .updateTable('apiKeys')
    .set({ rehearsalUntil: new Date(Date.now() - 3_600_000) })
    .where('callsPerMinute', '=', MANY)
    .execute();

  const { url } = system.server;
  for (const connections of [1, CONNECTIONS]) {
    const on =
      ([call]: typeof plain) =>
      () =>
        load(loadOf(bench, { headers: [], body: '', ...call, url }, connections));
    const measured = await compare(bench, `settings of keys, ${connections} connections`, [
      ['plain', on(plain)],
      ['networks, calls a minute, rehearsed', on(guarded)],
      ['monthly limit', on(limited)],
    ]);
    for (const name of ['networks, calls a minute, rehearsed', 'monthly limit'] as const) {
      promise(bench, ratios(measured(name), measured('plain')), {
        what: `Key with ${name} / without, ${connections} connections`,
        atLeast: 0.95,
      });
    }
  }

  const other = await system.another();
  const onBoth =
    ([call]: typeof plain) =>
    () =>
      together(
        [url, other.url].map(each =>
          load(loadOf(bench, { headers: [], body: '', ...call, url: each }, CONNECTIONS / 2)),
        ),
      );
  const measured = await compare(bench, 'settings of keys, two servers', [
    ['plain', onBoth(plain)],
    ['monthly limit', onBoth(limited)],
  ]);
  promise(bench, ratios(measured('monthly limit'), measured('plain')), {
    what: '2 servers, key with a monthly limit / without',
    atLeast: 0.5,
  });
  await other.stop();
}
