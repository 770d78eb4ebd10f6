import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Frame, frameReader, writeFrame } from '../src/onnx/frames.ts';
import type { Request } from '../src/onnx/protocol.ts';
import { BEHAVIOURS, type Behaviour, INSPECTIONS, inspected } from './fake-host-behaviours.ts';

// A compromised model host: it shows the behaviour that the model file names (fake-host-behaviours.ts).

const MAX_FRAME_BYTES = { header: 1e6, body: 64e6 };
const socket = new Socket({ fd: 3, readable: true, writable: true });
socket.on('error', () => process.exit());
socket.on('close', () => process.exit());

const opened = { reply: 'opened', inputType: 'float32', inputLength: 2 };
let behaviour: Behaviour = {};

async function send(answers: Behaviour['run'], count: number): Promise<void> {
  if (typeof answers === 'function') {
    for await (const answer of answers(count)) await send([answer], count);
    return;
  }
  for (const answer of answers ?? []) {
    if (answer === 'exit') process.exit();
    if (answer === 'stop') process.kill(process.pid, 'SIGSTOP');
    else if (answer === 'close') socket.destroy();
    else if (answer instanceof Uint8Array) socket.write(answer);
    else if ('reply' in answer) writeFrame(socket, answer);
    else writeFrame(socket, answer.header, answer.payload);
    // Leaves time to notice that the server closed the socket.
    if (socket.writableNeedDrain) await wait(1);
  }
}

async function answer({ header, payload }: Frame<Request>): Promise<void> {
  if (header.ask === 'inspect') {
    await send(INSPECTIONS[Buffer.from(payload).toString()] ?? [inspected()], 0);
  } else if (header.ask === 'open') {
    behaviour = BEHAVIOURS[Buffer.from(payload).toString()] ?? {};
    await send(behaviour.open ?? [opened], 0);
  } else await send(behaviour.run, header.counts.length);
}

socket.on(
  'data',
  frameReader<Request>(MAX_FRAME_BYTES, frame => void answer(frame)),
);
writeFrame(socket, { reply: 'ready' });
