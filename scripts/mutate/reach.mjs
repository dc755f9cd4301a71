// Which test files can notice a fault in a source file: those that import it, directly or not, or start a build of it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** What a file that names a build runs. */
const builds = {
  "cli.cjs": "src/engine/cli.ts",
  "engine.cjs": "src/engine/main.ts",
  "engineWorker.cjs": "src/engine/tensor/worker.ts",
  "kernels.wasm": "src/engine/tensor/kernels/index.ts",
};

export const filesBelow = (root, folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => normalize(join(folder, name)))
    .toSorted();

/** The files that a file imports, and those whose build it names. */
function targetsOf(root, file) {
  const text = readFileSync(join(root, file), "utf8").replaceAll(/^(?:import|export) type [^;]*;/gm, "");
  const imported = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path]) => {
    const target = normalize(join(dirname(file), path));
    return target.endsWith(".ts") ? target : `${target}.ts`;
  });
  const built = Object.entries(builds).filter(([name]) => text.includes(name));
  return { imported, built: built.map(([, entry]) => entry) };
}

/** Every file that can be reached from one, with the number of steps. */
function distancesFrom(start, next) {
  const distances = new Map([[start, 0]]);
  for (const [file, distance] of distances) {
    for (const target of next(file)) if (!distances.has(target)) distances.set(target, distance + 1);
  }
  return distances;
}

/** Test files that import a source file and are so near that they are asked before anything is built. */
const mostNear = 6;

/**
 * Tells the test files that reach a source file, those of its own room before others and the nearest first: `near` by
 * imports alone; `rest` need the build, or are further away.
 */
export function testsBySource(root) {
  const files = ["src", "test/engine", "test/extension"].flatMap((folder) => filesBelow(root, folder));
  const targets = new Map(files.map((file) => [file, targetsOf(root, file)]));
  const imported = (file) => targets.get(file)?.imported ?? [];
  const built = (file) => targets.get(file)?.built ?? [];
  const tests = files
    .filter((file) => file.endsWith(".test.ts"))
    .map((test) => {
      const byImport = distancesFrom(test, imported);
      const entries = [...byImport.keys()].flatMap(built);
      const byBuild = distancesFrom("", (file) => (file === "" ? entries : [...imported(file), ...built(file)]));
      return { test, byImport, byBuild };
    });
  return (source) => {
    const reaching = tests.map(({ test, byImport, byBuild }) => {
      const distance = byImport.get(source) ?? byBuild.get(source) ?? Number.POSITIVE_INFINITY;
      const order = distance + (roomOf(test) === roomOf(source) ? 0 : 1000);
      return { test, order, imports: byImport.has(source), starts: byBuild.has(source) };
    });
    const sorted = reaching
      .filter(({ order }) => order < Number.POSITIVE_INFINITY)
      .toSorted((a, b) => a.order - b.order);
    const near = sorted.filter(({ imports }) => imports).slice(0, mostNear);
    const rest = sorted.filter((one) => one.starts || !near.includes(one));
    return { near: near.map(({ test }) => test), rest: rest.map(({ test }) => test) };
  };
}

/** "simulator" of src/engine/simulator/… and of test/engine/simulator/…; "engine" of the files above the rooms. */
export const roomOf = (file) => {
  const [, , room] = file.split("/");
  return room.endsWith(".ts") ? "engine" : room;
};
