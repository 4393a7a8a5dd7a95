// One run of a peer, whose lines are read here: `peer-reader.mjs NAME COUNT CPUS`, with the CPUs as JSON.
import { PeerProcess } from '../slowdown/peer-process.mjs';
import { disturb } from './disturb.mjs';
import { delays } from './match.mjs';
import { findPeer } from './peers.mjs';

const [name, count, cpus] = process.argv.slice(2);
const peer = findPeer(name);
const tellings = [];
let rest = '';

function hear(text) {
  const heardNs = Number(process.hrtime.bigint());
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    const telling = peer.parse(line);
    if (telling !== undefined) tellings.push({ ...telling, heardNs });
  }
}

async function attach({ pid, tid }) {
  const process = new PeerProcess(peer.command(pid, tid), { hear });
  await process.attached();
  return () => process.end();
}

const bursts = await disturb({ cpus: JSON.parse(cpus), count: Number(count), attach });
console.log(JSON.stringify({ bursts: bursts.length, delays: delays(bursts, tellings) }));
