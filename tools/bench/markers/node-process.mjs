// ns of a mark from JavaScript, the best of some runs; prints a line of JSON.
import { Marker } from '../../../packages/marker/dist/index.js';

const MARKS = 400_000;

const marker = new Marker('measured');
let ns = Infinity;
for (let run = 0; run < 8; run++) {
  const begin = process.hrtime.bigint();
  for (let i = 0; i < MARKS / 2; i++) {
    marker.begin(i);
    marker.end(i);
  }
  ns = Math.min(ns, Number(process.hrtime.bigint() - begin) / MARKS);
}
console.log(JSON.stringify({ ns }));
