/** The Reflections room: the Reflection Pool view, reflections as documents, and reflections beside the prompt. */
import { type Disposable, languages } from "vscode";
import { DisposableStore } from "../platform/disposables.ts";
import { PROMPT_LANGUAGE } from "../prompts/promptDocuments.ts";
import { InlineReflections } from "./inlineReflections.ts";
import { ReflectionPools } from "./pools.ts";
import { registerReflectionCommands } from "./reflectionCommands.ts";
import { ReflectionDocuments } from "./reflectionDocuments.ts";
import { ReflectionsView } from "./reflectionsView.ts";
import type { ReflectionsServices } from "./services.ts";

export function registerReflections(services: ReflectionsServices): Disposable {
  const { engine, runs, log } = services;
  const owned = new DisposableStore();
  const pools = owned.add(new ReflectionPools(engine, runs, log));
  const documents = owned.add(new ReflectionDocuments(services, pools));
  const view = owned.add(new ReflectionsView(runs, pools));
  const inline = owned.add(new InlineReflections(services, pools));
  const prompts = { language: PROMPT_LANGUAGE, scheme: "file" };
  owned.addAll(
    languages.registerInlayHintsProvider(prompts, inline),
    languages.registerHoverProvider(prompts, inline),
    registerReflectionCommands(services, pools, documents, view),
  );
  return owned;
}
