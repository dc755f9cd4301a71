import { build } from "esbuild";
import { expect, it } from "vitest";

it("the page's bundle holds the small schema library only, and not the experiment's schema", async () => {
  const { metafile } = await build({
    entryPoints: ["webview/studio/main.ts"],
    bundle: true,
    outfile: "dist/studio.js",
    write: false,
    metafile: true,
    platform: "browser",
    format: "iife",
  });
  const held = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  expect(held.some((file) => file.includes("zod/v4/mini"))).toBe(true);
  expect(held.filter((file) => /zod\/v4\/(classic|locales)|src\/protocol\/experiment/.test(file))).toEqual([]);
});
