/**
 * DAMON of a real kernel: is the hot part of a process found, is everything taken away at the end,
 * and after a monitor that was killed? Prints JSON. It changes the DAMON of the host that it runs
 * on, so it is for a guest: `node tools/guest/main.mjs --kernel 6.12 packages/numa/test/guest/damon.mjs`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CollectorRegistry, Session } from '@hftmon/core';
import { createNumaCollector } from '@hftmon/numa';
import { KernelEventSource } from '@hftmon/perf-native';
import { spawnTouch, touchPlace } from '@hftmon/testkit';

const KDAMONDS = '/sys/kernel/mm/damon/admin/kdamonds';
const CLAIM = '/run/hftmon/damon.json';
const LIMIT_S = 600;

function state() {
  const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined);
  return {
    kdamonds: read(`${KDAMONDS}/nr_kdamonds`),
    state: read(`${KDAMONDS}/0/state`),
    claim: existsSync(CLAIM),
  };
}

function monitorOf(pid) {
  const numa = createNumaCollector({ damon: true, placementIntervalMs: 200, placementShare: 0.5 });
  const registry = new CollectorRegistry().register(numa);
  const session = new Session({ source: new KernelEventSource(), registry });
  session.attach(pid);
  session.start();
  return { numa, session };
}

const childOf = Number(process.argv[2]);
if (childOf > 0) {
  // The monitor that is going to be killed.
  monitorOf(childOf);
  process.send('ready');
  await setTimeout(LIMIT_S * 1000);
}

const touch = await spawnTouch({
  mib: 64,
  touchedMib: 64,
  hotMib: 4,
  hotAtMib: 16,
  limitS: LIMIT_S,
});
const place = touchPlace(touch);
touch.begin();
await touch.running();
const answer = { before: state(), place };

const { numa, session } = monitorOf(touch.pid);
answer.during = state();
const hotSpots = () =>
  numa.snapshot().flatMap(({ nodeId, hotSpots: spots }) => spots.map((s) => ({ nodeId, ...s })));
const holdsHot = ({ address, bytes }) =>
  Number(address) <= Number(place.hotAddress) + 2 ** 20 &&
  Number(address) + bytes >= Number(place.hotAddress) + 2 ** 21 &&
  bytes < 3 * place.hotBytes;
for (let i = 0; i < 300 && !hotSpots().some(holdsHot); i++) await setTimeout(200);
answer.hotSpots = hotSpots();
answer.found = hotSpots().some(holdsHot);
answer.source = numa.snapshot()[0].sources.hotSpots;
session.close();
answer.after = state();

const child = fork(fileURLToPath(import.meta.url), [String(touch.pid)]);
await once(child, 'message');
answer.ofChild = state();
const ended = once(child, 'exit');
child.kill('SIGKILL');
await ended;
answer.killed = state();
const next = monitorOf(touch.pid);
answer.takenOver = state();
next.session.close();
answer.afterNext = state();
await touch.dispose();
console.log(JSON.stringify(answer, undefined, 1));
