import { createHash } from 'node:crypto';
import { getRounds, hash } from 'bcryptjs';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { dummyHash, type PasswordRequest, startPasswords } from '../src/accounts/passwords.ts';
import { fairQueue } from '../src/concurrency/fair-queue.ts';
import { unavailable } from '../src/errors.ts';
import { type Answer, type Credential, codes, SIGN_IN, signUp, startServiceForTest } from './harness.ts';

const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { id } }';

const from = (address: string): Credential => ({ headers: { 'x-forwarded-for': address } });

test('while a /48 signs up and an address guesses at full rate, another person signs in after six of their hashes at most', {
  timeout: 60_000,
}, async () => {
  const service = await startServiceForTest({ trustedProxies: ['127.0.0.1'], passwordCost: 12 });
  const ada = await signUp(service, 'Ada Lovelace');
  let hashed = 0;
  const refused: Answer[] = [];
  const note = (answer: Answer) => {
    if (answer.code === codes.UNAVAILABLE) refused.push(answer);
    else hashed += 1;
  };
  const password = 'a passphrase for each';
  for (let index = 0; index < 45; index++) {
    const input = { email: `flood.${index}@lab.example`, password, name: 'Flood' };
    const somewhere = `[2001:db8:1:${index.toString(16)}::1]:443`;
    // What still waits when the test ends is cut off as the server stops.
    void service.call(SIGN_UP, { input }, from(somewhere)).then(note, () => {});
    const guess = { email: `nobody.${index}@lab.example`, password };
    void service.call(SIGN_IN, guess, from('192.0.2.1')).then(note, () => {});
  }
  // Of each 45, one runs or is next, thirty wait, and the others were refused.
  await expect.poll(() => refused.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2 * 13);
  for (const { headers } of refused) expect(headers.get('retry-after')).toBe('1');
  const before = hashed;
  expect(await service.call(SIGN_IN, ada, from('198.51.100.1'))).toMatchObject({ status: 200 });
  expect(hashed - before).toBeLessThanOrEqual(6);

  // A guess that was refused by the queue does not count as an attempt.
  const digest = createHash('sha256').update('sign-in of an address\x00192.0.2.1').digest();
  const { used } = await service.db
    .selectFrom('rateLimits')
    .select('used')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  expect(used).toBeGreaterThan(0);
  expect(used).toBeLessThanOrEqual(45 - 13);
});

describe('the queues of password hashes', () => {
  /** Replaces the password check: a hash that takes a millisecond, so that a thousand fit a test. */
  async function start() {
    const passwords = startPasswords();
    onTestFinished(passwords.close);
    const cheap = await hash('the passphrase', 4);
    return (request: PasswordRequest) => passwords.verify('the passphrase', cheap, request);
  }

  test('hold a hundred each, and refuse more until one is done', async () => {
    const check = await start();
    for (const queue of ['sign-in', 'sign-up'] as const) {
      const ends = await Promise.allSettled(
        Array.from({ length: 150 }, (_, index) => check({ queue, network: `192.0.2.${index}` })),
      );
      const refused = ends.filter(end => end.status === 'rejected');
      // One runs.
      expect(refused).toHaveLength(49);
      for (const { reason } of refused)
        expect(reason).toMatchObject({ extensions: { code: codes.UNAVAILABLE } });
      for (const end of ends) if (end.status === 'fulfilled') expect(end.value).toBe(true);
      expect(await check({ queue, network: '192.0.2.1' })).toBe(true);
    }
  });

  test('alternate, also when one of them is full', async () => {
    const check = await start();
    const order: string[] = [];
    const wait = async (queue: PasswordRequest['queue'], network: string) => {
      await check({ queue, network });
      order.push(queue);
    };
    await Promise.all([
      ...Array.from({ length: 100 }, (_, index) => wait('sign-up', `192.0.2.${index}`)),
      ...Array.from({ length: 20 }, (_, index) => wait('sign-in', `192.0.2.${index}`)),
    ]);
    // Alternating: of the first forty, a sign-up for each sign-in.
    expect(order.slice(0, 41).filter(queue => queue === 'sign-in').length).toBeGreaterThanOrEqual(19);
  });

  test('hash with 2^12 rounds of bcrypt, like the dummy hash of an unknown e-mail', async () => {
    const passwords = startPasswords();
    onTestFinished(passwords.close);
    const fresh = await passwords.hash('the passphrase', { queue: 'sign-up', network: '192.0.2.1' });
    expect(getRounds(fresh)).toBe(12);
    expect(getRounds(dummyHash())).toBe(12);
    expect(dummyHash()).toHaveLength(fresh.length);
  });

  test('never match the dummy hash of an unknown e-mail', async () => {
    const passwords = startPasswords();
    onTestFinished(passwords.close);
    const request = { queue: 'sign-in', network: '192.0.2.1' } as const;
    expect(await passwords.verify('', dummyHash(), request)).toBe(false);
    expect(await passwords.verify('whatever', undefined, request)).toBe(false);
  });
});

describe('a fair queue', () => {
  const SENDERS = ['a', 'b', 'c', 'd'] as const;
  type Sender = (typeof SENDERS)[number];

  /** A queue whose tasks end on demand, and its history. */
  function watched(limits: Parameters<typeof fairQueue>[0]) {
    const queue = fairQueue(limits);
    const started: { sender: Sender; id: number }[] = [];
    const refused: { sender: Sender; id: number }[] = [];
    const running: (() => void)[] = [];
    const waiting = (sender?: Sender) =>
      sent.filter(
        task =>
          (sender === undefined || task.sender === sender) &&
          !started.some(({ id }) => id === task.id) &&
          !refused.some(({ id }) => id === task.id),
      );
    const sent: { sender: Sender; id: number }[] = [];
    return {
      started,
      refused,
      running,
      waiting,
      async send(sender: Sender) {
        const task = { sender, id: sent.length };
        sent.push(task);
        void queue(sender, () => {
          started.push(task);
          return new Promise<void>(resolve => running.push(resolve));
        }).catch(() => refused.push(task));
        await Promise.resolve().then(() => {});
      },
      async finish() {
        running.shift()?.();
        // Work that a task leaves behind takes some turns of the microtask queue.
        for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      },
    };
  }

  const steps = fc.array(fc.constantFrom<Sender | 'finish'>(...SENDERS, 'a', 'a', 'a', 'finish', 'finish'), {
    maxLength: 60,
  });
  const limits = fc.record({
    concurrency: fc.integer({ min: 1, max: 3 }),
    maxWaiting: fc.integer({ min: 1, max: 8 }),
    maxWaitingOfSender: fc.integer({ min: 1, max: 6 }),
  });

  test('keeps its limits, is never idle with work waiting, keeps each sender’s order, and is fair between senders', async () => {
    await fc.assert(
      fc.asyncProperty(limits, steps, async (bounds, script) => {
        const queue = watched(bounds);
        /** The senders that each waiting sender has let past since its last turn. */
        const passed = new Map<Sender, Sender[]>();
        for (const step of script) {
          const before = queue.started.length;
          const waitingBefore = SENDERS.filter(sender => queue.waiting(sender).length > 0);
          if (step === 'finish') await queue.finish();
          else await queue.send(step);
          for (let turn = 0; turn < 5; turn++) await Promise.resolve();

          expect(queue.running.length).toBeLessThanOrEqual(bounds.concurrency);
          expect(queue.waiting().length).toBeLessThanOrEqual(bounds.maxWaiting);
          for (const sender of SENDERS) {
            expect(queue.waiting(sender).length).toBeLessThanOrEqual(bounds.maxWaitingOfSender);
            const ids = queue.started.filter(task => task.sender === sender).map(({ id }) => id);
            expect(ids).toEqual([...ids].sort((a, b) => a - b));
          }
          if (queue.waiting().length > 0) expect(queue.running.length).toBe(bounds.concurrency);
          for (const { sender } of queue.started.slice(before)) {
            passed.delete(sender);
            for (const other of waitingBefore) {
              if (other === sender || queue.waiting(other).length === 0) continue;
              const past = passed.get(other) ?? [];
              expect(past).not.toContain(sender);
              passed.set(other, [...past, sender]);
            }
          }
          for (const sender of SENDERS) if (queue.waiting(sender).length === 0) passed.delete(sender);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('that is full of one sender’s tasks drops one of them for each from another sender', async () => {
    const queue = watched({ concurrency: 1, maxWaiting: 4, maxWaitingOfSender: 10 });
    for (let index = 0; index < 6; index++) await queue.send('a');
    expect(queue.refused.map(({ id }) => id)).toEqual([5]);
    await queue.send('b');
    await queue.send('c');
    // The newest of the longest line were dropped.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(queue.refused.map(({ id }) => id)).toEqual([5, 4, 3]);
    // Now a has two, b and c one each: no line is longer by two than d's would be.
    await queue.send('d');
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(queue.refused.at(-1)).toEqual({ sender: 'a', id: 2 });
    await queue.send('b');
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(queue.refused.at(-1)?.sender).toBe('b');
    for (let index = 0; index < 5; index++) await queue.finish();
    expect(queue.started.map(({ sender }) => sender)).toEqual(['a', 'a', 'b', 'c', 'd']);
  });

  test('a task that is removed while it waits leaves its place to another one', async () => {
    const queue = fairQueue({ concurrency: 1, maxWaiting: 1, maxWaitingOfSender: 1 });
    const running = Promise.withResolvers<void>();
    const first = queue('a', () => running.promise);
    const client = new AbortController();
    const removed = queue('b', async () => 'removed', client.signal);
    await expect(queue('c', async () => 'refused')).rejects.toMatchObject(unavailable());
    client.abort();
    await expect(removed).rejects.toMatchObject(unavailable());
    const next = queue('c', async () => 'done');
    running.resolve();
    await first;
    expect(await next).toBe('done');
  });

  test('continues after a task that fails, and rejects with its error', async () => {
    const queue = fairQueue({ concurrency: 1, maxWaiting: 2, maxWaitingOfSender: 2 });
    const failing = queue('a', async () => {
      throw new Error('the task failed');
    });
    const next = queue('a', async () => 'done');
    await expect(failing).rejects.toThrow('the task failed');
    expect(await next).toBe('done');
  });
});
