/** Reflections with their sessions as read-only documents. */
import {
  commands,
  type Disposable,
  type Event,
  EventEmitter,
  l10n,
  type TextDocumentContentProvider,
  Uri,
  workspace,
} from "vscode";
import type { EpisodeDetail } from "../../protocol/engine/sessions.ts";
import type { ReflectionTarget } from "../platform/commands.ts";
import { DisposableStore } from "../platform/disposables.ts";
import type { ReflectionPools } from "./pools.ts";
import { reflectionMarkdown } from "./reflectionDocument.ts";
import type { ReflectionsServices } from "./services.ts";

const SCHEME = "lerl-reflection";

export class ReflectionDocuments implements TextDocumentContentProvider, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new EventEmitter<Uri>());
  readonly onDidChange: Event<Uri> = this.changed.event;

  constructor(
    private readonly services: Pick<ReflectionsServices, "engine" | "runs" | "log">,
    private readonly pools: ReflectionPools,
  ) {
    this.owned.addAll(
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      pools.onDidChange((runId) => {
        for (const { uri } of workspace.textDocuments) {
          if (uri.scheme === SCHEME && targetOf(uri).runId === runId) this.changed.fire(uri);
        }
      }),
    );
  }

  /** Shows it as Markdown is read. */
  async open(target: ReflectionTarget): Promise<void> {
    await commands.executeCommand("markdown.showPreview", uriOf(target));
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const { runId, reflection: id } = targetOf(uri);
    const { runs, engine, log } = this.services;
    await runs.load();
    const reflection = await this.pools.find(runId, id);
    if (!reflection) return l10n.t("This reflection is no longer in the pool.");
    const session = await engine
      .request("runs/episode", { runId, episode: reflection.episode })
      .catch((error: Error): EpisodeDetail | undefined => {
        log.warn(error.message);
        return undefined;
      });
    const runName = runs.get(runId)?.name ?? runId;
    return reflectionMarkdown({ runName, reflection, ...(session && { session }) });
  }

  dispose(): void {
    this.owned.dispose();
  }
}

const uriOf = ({ runId, reflection }: ReflectionTarget): Uri =>
  Uri.from({ scheme: SCHEME, path: `/${runId}/Reflection ${reflection}.md` });

function targetOf({ path }: Uri): ReflectionTarget {
  const [, runId = "", reflection = ""] = /^\/([^/]+)\/Reflection (.+)\.md$/.exec(path) ?? [];
  return { runId, reflection };
}
