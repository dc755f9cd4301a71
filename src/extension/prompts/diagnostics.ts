/** Problems of prompts as they are typed: found by the engine's own parser, so that what is clean here runs. */
import {
  CancellationTokenSource,
  Diagnostic,
  type DiagnosticCollection,
  DiagnosticSeverity,
  type Disposable,
  l10n,
  languages,
  Range,
  type TextDocument,
  type Uri,
  workspace,
} from "vscode";
import type { PromptDiagnostic } from "../../protocol/promptSyntax.ts";
import { isUnused, usesOf } from "../experiments/promptUses.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { messageOf } from "../platform/errors.ts";
import { isPrompt, structureOf } from "./promptDocuments.ts";
import type { PromptsServices } from "./services.ts";

/** After the last keystroke. */
const SETTLE_MS = 150;

interface Check {
  readonly source: CancellationTokenSource;
  readonly timer: NodeJS.Timeout;
}

export class PromptDiagnostics implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly shown: DiagnosticCollection;
  private readonly checks = new Map<string, Check>();

  constructor(private readonly services: Pick<PromptsServices, "engine" | "files" | "log">) {
    this.shown = this.owned.add(languages.createDiagnosticCollection("lerl-prompt"));
    this.owned.addAll(
      workspace.onDidOpenTextDocument((document) => this.check(document, 0)),
      workspace.onDidChangeTextDocument(({ document }) => this.check(document)),
      workspace.onDidCloseTextDocument((document) => this.forget(document.uri)),
      services.files.onDidChange(() => this.checkAll()),
      services.engine.onDidChangeState(({ state }) => {
        if (state === "ready") this.checkAll();
      }),
    );
    this.checkAll();
  }

  dispose(): void {
    for (const { source, timer } of this.checks.values()) {
      clearTimeout(timer);
      source.cancel();
      source.dispose();
    }
    this.checks.clear();
    this.owned.dispose();
  }

  private checkAll(): void {
    for (const document of workspace.textDocuments) this.check(document, 0);
  }

  /** The newest text counts: a check that is under way for an older one is cancelled. */
  private check(document: TextDocument, delay = SETTLE_MS): void {
    if (!isPrompt(document) || document.uri.scheme !== "file") return;
    this.cancel(document.uri);
    const source = new CancellationTokenSource();
    const timer = setTimeout(() => {
      this.look(document, source).catch((error: unknown) => {
        if (!source.token.isCancellationRequested) {
          this.services.log.warn(`${document.uri.fsPath}: not checked: ${messageOf(error)}`);
        }
      });
    }, delay);
    this.checks.set(document.uri.toString(), { source, timer });
  }

  private async look(document: TextDocument, { token }: CancellationTokenSource): Promise<void> {
    const [problems, files] = await Promise.all([
      this.services.engine.request("prompts/diagnose", { text: document.getText() }, token),
      this.services.files.all(),
    ]);
    if (token.isCancellationRequested) return;
    const found = problems.map(diagnostic);
    const uses = usesOf(files, document.uri);
    const { frontMatter } = structureOf(document);
    const firstLine = document.lineAt(0).range;
    if (isUnused(files, document.uri)) found.push(unused(firstLine));
    const stray = uses.find(({ role }) => frontMatter?.role !== undefined && role !== frontMatter.role);
    if (stray) found.push(wrongRole(firstLine, stray.file.name, stray.role));
    this.shown.set(document.uri, found);
  }

  private forget(uri: Uri): void {
    this.cancel(uri);
    this.shown.delete(uri);
  }

  private cancel(uri: Uri): void {
    const check = this.checks.get(uri.toString());
    if (!check) return;
    clearTimeout(check.timer);
    check.source.cancel();
    check.source.dispose();
    this.checks.delete(uri.toString());
  }
}

function diagnostic({ severity, code, message, range: { start, end } }: PromptDiagnostic): Diagnostic {
  const range = new Range(start.line, start.character, end.line, end.character);
  const level = severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
  return labelled(new Diagnostic(range, sentence(message), level), code);
}

function unused(range: Range): Diagnostic {
  const message = l10n.t("No experiment in this workspace names this prompt.");
  return labelled(new Diagnostic(range, message, DiagnosticSeverity.Information), "prompt.unused");
}

function wrongRole(range: Range, experiment: string, role: string): Diagnostic {
  const message = l10n.t(
    'The experiment "{0}" names this prompt as its {1} prompt; its role is another.',
    experiment,
    role,
  );
  return labelled(new Diagnostic(range, message, DiagnosticSeverity.Error), "prompt.role");
}

function labelled(found: Diagnostic, code: string): Diagnostic {
  found.source = "LERL";
  found.code = code;
  return found;
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
