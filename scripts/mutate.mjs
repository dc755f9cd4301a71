// npm run mutate [-- --sample 100 --seed 1 --room simulator]: puts small faults into src/engine, one at a time and in a copy,
// and counts those that a test notices. --room takes a room or the beginning of a path in it ("llm/detect"), more than once;
// --skip goes on after as many of the sample; --minutes bounds what one fault may take, --workers are vitest's.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { copyTree, endRunning } from "./mutate/copy.mjs";
import { faultsOf } from "./mutate/faults.mjs";
import { filesBelow, roomOf } from "./mutate/reach.mjs";
import { Trials } from "./mutate/trials.mjs";

const { values: options } = parseArgs({
  options: {
    sample: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    skip: { type: "string", default: "0" },
    room: { type: "string", multiple: true, default: [] },
    minutes: { type: "string", default: "15" },
    workers: { type: "string", default: "1" },
  },
});

const repository = join(import.meta.dirname, "..");
const folder = "src/engine";

/** mulberry32: numbers in [0, 1) of a seed. */
function randomStream(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function groups(faults, keyOf) {
  const found = new Map();
  for (const fault of faults) {
    const key = keyOf(fault);
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(fault);
  }
  return found;
}

/** Takes kinds in turn, so that none outweighs the others, and within a kind any fault. */
function draw(faults, count, seed) {
  const random = randomStream(seed);
  const kinds = [...groups(faults, ({ kind }) => kind).values()];
  const drawn = [];
  for (let turn = 0; drawn.length < Math.min(count, faults.length); turn++) {
    const ofKind = kinds[turn % kinds.length];
    drawn.push(...ofKind.splice(Math.floor(random() * ofKind.length), 1));
  }
  return drawn;
}

const short = (text) => {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 70 ? `${line.slice(0, 69)}…` : line;
};
const told = ({ file, line, kind, was, put }) =>
  `${file}:${line}  ${kind}: ${short(was)} → ${put === "" ? "nothing" : short(put)}`;

function printSummary(results) {
  if (results.length === 0) return;
  console.log("\nroom           faults  noticed");
  for (const [room, ofRoom] of [...groups(results, ({ file }) => roomOf(file))].toSorted()) {
    const noticed = ofRoom.filter(({ by }) => by).length;
    console.log(`${room.padEnd(14)} ${String(ofRoom.length).padStart(6)} ${String(noticed).padStart(8)}`);
  }
  const survivors = results.filter(({ by }) => !by);
  if (survivors.length > 0) console.log(`\nnot noticed:\n${survivors.map((fault) => `  ${told(fault)}`).join("\n")}`);
  const noticed = results.length - survivors.length;
  console.log(`\n${noticed} of ${results.length} noticed (${Math.round((100 * noticed) / results.length)} %)`);
}

const isWanted = (file) =>
  options.room.length === 0 || options.room.some((room) => file.startsWith(`${folder}/${room}`));
const sources = new Map(
  filesBelow(repository, folder)
    .filter(isWanted)
    .map((file) => [file, readFileSync(join(repository, file), "utf8")]),
);
const faults = [...sources].flatMap(([file, source]) => faultsOf(source).map((fault) => ({ file, ...fault })));
const sample = draw(faults, Number(options.sample), Number(options.seed)).slice(Number(options.skip));
console.log(`${sample.length} of ${faults.length} faults in ${sources.size} files, seed ${options.seed}`);

const root = copyTree(repository);
const results = [];
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    endRunning();
    rmSync(root, { recursive: true, force: true });
    printSummary(results);
    process.exit(130);
  });
}
try {
  const trials = new Trials(root, { minutes: Number(options.minutes), workers: options.workers });
  for (const fault of sample) {
    const started = Date.now();
    const by = await trials.notice(fault, sources.get(fault.file));
    results.push({ ...fault, by });
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(`${by ? `noticed by ${by}` : "NOT NOTICED"} (${seconds} s)  ${told(fault)}`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
printSummary(results);
