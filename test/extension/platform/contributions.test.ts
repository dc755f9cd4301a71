/** package.json and the typed commands, settings, context keys and views must say the same, both ways. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { activate, deactivate } from "../../../src/extension/extension.ts";
import { contextKeys } from "../../../src/extension/platform/contextKeys.ts";
import { settingDefaults } from "../../../src/extension/platform/settings.ts";
import { extensionContext, host, resetHost } from "../support/vscode.ts";

const root = resolve(import.meta.dirname, "../../..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const texts: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8"));
const { contributes } = manifest;
const declared: readonly string[] = contributes.commands.map(({ command }: { command: string }) => command);

/** Every string of a value, with its path. */
function strings(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, `${path}.${key}`));
}

/** `when` and `enablement` clauses. */
const clauses = strings(contributes).filter(([path]) => /\.(when|enablement)$/.test(path));

describe("package.json", () => {
  const context = extensionContext(root);

  beforeAll(() => {
    resetHost();
    activate(context);
  });

  afterAll(async () => {
    for (const item of context.subscriptions) item.dispose();
    await deactivate();
  });

  it("declares every command that is registered, and every declared one is registered", () => {
    expect([...host.commands.keys()].filter((id) => id.startsWith("lerl.")).sort()).toEqual([...declared].sort());
  });

  it("declares the settings with their defaults", () => {
    const properties = contributes.configuration.properties as Record<string, { default: unknown }>;
    const defaults = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, schema.default]));
    expect(defaults).toEqual(settingDefaults);
  });

  it("uses in its clauses only context keys that are set, and every key set is used", () => {
    const used = new Set(clauses.flatMap(([, clause]) => clause.match(/(?<![\w.])lerl\.\w+/g) ?? []));
    const views = Object.values(contributes.views as Record<string, { id: string }[]>).flatMap((list) =>
      list.map(({ id }) => id),
    );
    const editors = contributes.customEditors.map(({ viewType }: { viewType: string }) => viewType);
    for (const name of [...views, ...editors]) used.delete(name);
    expect([...used].sort()).toEqual(Object.keys(contextKeys).sort());
  });

  it("declares the views that are created", () => {
    const created = host.registrations.filter(({ kind }) => kind === "treeView").map(({ args }) => args[0]);
    expect(contributes.views.lerl.map(({ id }: { id: string }) => id).sort()).toEqual([...created].sort());
  });

  it("uses only declared commands in menus, keys, welcome texts and the walkthrough", () => {
    const named = strings({ ...contributes, commands: [] })
      .filter(([path]) => /\.command$/.test(path))
      .map(([, command]) => command);
    const linked = Object.values(texts).flatMap((text) =>
      [...text.matchAll(/command:(lerl\.\w+)/g)].map(([, id]) => id),
    );
    const events = strings(contributes.walkthroughs).flatMap(
      ([, text]) => /^onCommand:(lerl\.\w+)/.exec(text)?.[1] ?? [],
    );
    expect([...named, ...linked, ...events].filter((id) => id !== undefined && !declared.includes(id))).toEqual([]);
  });

  it("finds its texts, and none is left over", () => {
    const used = strings(manifest).flatMap(([, text]) => /^%(.+)%$/.exec(text)?.[1] ?? []);
    expect([...new Set(used)].sort()).toEqual(Object.keys(texts).sort());
  });

  it("names files that exist", () => {
    const paths = strings(contributes).filter(([, text]) => /^(\.\/)?media\//.test(text));
    expect(paths.filter(([, path]) => !existsSync(join(root, path)))).toEqual([]);
    expect(existsSync(join(root, manifest.icon))).toBe(true);
  });

  it("gives settings that decide what is executed or where data goes to the machine, not to a workspace", () => {
    const properties = contributes.configuration.properties as Record<string, { scope?: string }>;
    const guarded = ["lerl.engine.memoryMb", "lerl.models.editorCallLimit", "lerl.newExperiment.baseUrl"];
    expect(guarded.filter((name) => properties[name]?.scope !== "machine")).toEqual([]);
  });

  it("activates by use only", () => {
    expect(
      manifest.activationEvents.filter((event: string) => /^(\*|onStartupFinished|workspaceContains)/.test(event)),
    ).toEqual([]);
  });

  it("contains no exclamation mark in what users read", () => {
    expect(Object.entries(texts).filter(([, text]) => text.includes("!"))).toEqual([]);
    const pages = join(root, "media", "walkthrough");
    expect(readdirSync(pages).filter((page) => readFileSync(join(pages, page), "utf8").includes("!"))).toEqual([]);
  });
});
