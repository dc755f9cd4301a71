import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** What each room may import of ours (docs/architecture.md). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "src/protocol": ["src/protocol"],
  "src/engine": ["src/engine", "src/protocol"],
  "src/extension": ["src/extension", "src/protocol"],
  webview: ["webview", "src/protocol"],
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

describe("the rooms of the house", () => {
  for (const [room, rooms] of Object.entries(allowed)) {
    it(`${room} imports only ${rooms.join(" and ")}`, () => {
      const strays = sources(room).flatMap((file) =>
        importsOf(file)
          .filter((path) => path.startsWith("."))
          .map((path) => relative(root, resolve(root, dirname(file), path)))
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

  it("nothing that influences a result uses the engine-dependent functions of Math, the clock or Math.random", () => {
    const rooms = ["data", "simulator", "planner", "critic", "policy", "tensor", "math"].map(
      (room) => `src/engine/${room}`,
    );
    const strays = rooms.flatMap(sources).flatMap((file) => {
      const found = readFileSync(join(root, file), "utf8").match(
        /\bMath\.(exp|log|log2|log10|log1p|expm1|tanh|sinh|cosh|pow|sin|cos|tan|random|cbrt|hypot)\(/g,
      );
      return found ? [`${file}: ${found.join(", ")}`] : [];
    });
    expect(strays).toEqual([]);
  });
});
