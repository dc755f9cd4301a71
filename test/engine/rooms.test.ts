import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** What each outer room may import of ours (docs/architecture.md). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "src/protocol": ["src/protocol"],
  "src/engine": ["src/engine", "src/protocol"],
  "src/extension": ["src/extension", "src/protocol"],
  webview: ["webview", "src/protocol"],
};

/**
 * The floors of the inner rooms, from the ground up. A room, or a file beside the rooms, imports what stands on the
 * floors below it; rooms of one floor do not know each other.
 */
const floors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "src/engine": [
    ["errors.ts", "exitCodes.ts", "shellWord.ts", "version.ts"],
    ["math", "regularFile.ts", "wholeFile.ts"],
    ["data", "llm", "store", "tensor"],
    ["encoder"],
    ["simulator"],
    ["prompts"],
    ["planner", "critic"],
    ["policy", "metrics"],
    ["signatures"],
    ["serving"],
    ["training"],
    ["runs"],
    ["suites"],
    ["comparison", "trials"],
    ["upkeep"],
    ["service", "commands"],
    ["main.ts", "cli.ts"],
  ],
  "src/extension": [
    ["platform"],
    ["engine"],
    ["experiments"],
    ["models", "prompts"],
    ["reflections", "runs", "trials", "upkeep"],
    ["studio"],
    ["rooms.ts"],
    ["extension.ts"],
  ],
  "webview/studio": [
    ["loading.ts", "emptyState.ts", "plannedBy.ts", "runCost.ts", "runData.ts", "stateNames.ts", "runs", "steps"],
    ["state.ts"],
    ["ports.ts"],
    ["keptMoment.ts"],
    ["prompts", "thresholds", "curves", "sessions", "compare", "trial", "runBar.ts", "scrollMemory.ts"],
    ["app.ts"],
    ["hostEvents.ts", "shell.ts"],
    ["main.ts"],
  ],
};

function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );

/** Files of ours that a file imports, types included, by their path from the root. */
const ownImportsOf = (file: string): string[] =>
  importsOf(file)
    .filter((path) => path.startsWith("."))
    .map((path) => relative(root, resolve(root, dirname(file), path)));

describe("the outer rooms of the house", () => {
  for (const [room, rooms] of Object.entries(allowed)) {
    it(`${room} imports only ${rooms.join(" and ")}`, () => {
      const strays = sources(room).flatMap((file) =>
        ownImportsOf(file)
          .filter((target) => target !== "package.json" && !rooms.some((name) => target.startsWith(`${name}/`)))
          .map((target) => `${file} imports ${target}`),
      );
      expect(strays).toEqual([]);
    });
  }

  it("only src/extension imports vscode", () => {
    const strays = ["src/protocol", "src/engine", "webview"]
      .flatMap(sources)
      .filter((file) => importsOf(file).includes("vscode"));
    expect(strays).toEqual([]);
  });
});

describe("the floors", () => {
  for (const [house, rows] of Object.entries(floors)) {
    /** The folder below the house, or the file beside the folders. */
    const roomOf = (file: string): string => relative(house, file).split("/")[0] ?? "";
    const floorOf = (room: string): number => rows.findIndex((row) => row.includes(room));

    it(`${house}: every room has one`, () => {
      const unknown = sources(house).filter((file) => floorOf(roomOf(file)) < 0);
      expect(unknown).toEqual([]);
    });

    it(`${house}: a room imports only what stands below it`, () => {
      const strays = sources(house).flatMap((file) =>
        ownImportsOf(file)
          .filter((target) => target.startsWith(`${house}/`) && roomOf(target) !== roomOf(file))
          .filter((target) => floorOf(roomOf(target)) >= floorOf(roomOf(file)))
          .map((target) => `${file} imports ${target}: ${roomOf(file)} does not stand above ${roomOf(target)}`),
      );
      expect(strays).toEqual([]);
    });
  }

  it("are drawn and listed as they are", () => {
    const rows = floors["src/engine"] ?? [];
    const picture = readFileSync(join(root, "docs/images/floors.svg"), "utf8");
    const drawn = [...picture.matchAll(/class="name">([^<]+)</g)].map(([, names = ""]) => names.split(", "));
    // The picture shows the top floor first, the rooms of a floor from left to right.
    expect(drawn.flat()).toEqual([...rows].reverse().flat());
    const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
    const listed = page.slice(page.indexOf("from the ground up |")).matchAll(/^\| (`[^|]+`) \|/gm);
    const names = [...listed].flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+?)\/?`/g)].map(([, name]) => name));
    expect([...names].sort()).toEqual(rows.flat().sort());
  });

  it("no file imports itself by way of others, types included", () => {
    const files = ["src", "webview"].flatMap(sources);
    const imports = new Map(files.map((file) => [file, ownImportsOf(file)]));
    expect(files.flatMap((file) => circleFrom(file, imports) ?? [])).toEqual([]);
  });
});

/** The shortest way from a file back to itself, in words; undefined where there is none. */
function circleFrom(file: string, imports: ReadonlyMap<string, readonly string[]>): string | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [file];
  for (const at of queue) {
    for (const target of imports.get(at) ?? []) {
      if (target === file) {
        const way = [file];
        for (let step = at; step !== file; step = cameFrom.get(step) ?? file) way.unshift(step);
        return [file, ...way].join(" -> ");
      }
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, at);
      queue.push(target);
    }
  }
  return undefined;
}

describe("determinism", () => {
  const rooms = [
    ...["data", "simulator", "planner", "critic", "policy", "tensor", "math"],
    ...["encoder", "metrics", "serving", "training", "signatures"],
  ].map((room) => `src/engine/${room}`);

  const finding = (pattern: RegExp) =>
    rooms.flatMap(sources).flatMap((file) => {
      const found = readFileSync(join(root, file), "utf8").match(pattern);
      return found ? [`${file}: ${found.join(", ")}`] : [];
    });

  it("nothing that influences a result uses the engine-dependent functions of Math or Math.random", () => {
    expect(
      finding(/\bMath\.(exp|log|log2|log10|log1p|expm1|tanh|sinh|cosh|pow|sin|cos|tan|random|cbrt|hypot)\(/g),
    ).toEqual([]);
  });

  it("nor the clock", () => {
    expect(finding(/\bDate\.now\(|new Date\(\)|performance\.now\(|process\.hrtime/g)).toEqual([]);
  });
});
