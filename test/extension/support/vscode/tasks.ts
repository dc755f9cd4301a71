/** Tasks of the fake `vscode` module: none runs, a test ends them. */
import type * as vscode from "vscode";
import { events, host } from "./host.ts";
import { notFaked, type Part } from "./parts.ts";

export class ProcessExecution implements vscode.ProcessExecution {
  args: string[];
  options?: vscode.ProcessExecutionOptions;

  constructor(process: string, options?: vscode.ProcessExecutionOptions);
  constructor(process: string, args: string[], options?: vscode.ProcessExecutionOptions);
  constructor(
    public process: string,
    args: string[] | vscode.ProcessExecutionOptions = [],
    options?: vscode.ProcessExecutionOptions,
  ) {
    this.args = Array.isArray(args) ? args : [];
    const given = Array.isArray(args) ? options : args;
    if (given) this.options = given;
  }
}

type Execution = NonNullable<vscode.Task["execution"]>;

export class Task implements vscode.Task {
  isBackground = false;
  presentationOptions: vscode.TaskPresentationOptions = {};
  problemMatchers: string[] = [];
  runOptions: vscode.RunOptions = {};
  readonly scope: vscode.Task["scope"];
  name: string;
  source: string;
  execution?: Execution;

  constructor(
    definition: vscode.TaskDefinition,
    scope: NonNullable<vscode.Task["scope"]>,
    name: string,
    source: string,
    execution?: Execution,
  );
  /** Deprecated there. */
  constructor(definition: vscode.TaskDefinition, name: string, source: string);
  constructor(
    public definition: vscode.TaskDefinition,
    scope: NonNullable<vscode.Task["scope"]> | string,
    name: string,
    source?: string,
    execution?: Execution,
  ) {
    if (typeof scope === "string" || source === undefined) notFaked("Task without a scope");
    this.scope = scope;
    this.name = name;
    this.source = source;
    if (execution) this.execution = execution;
  }
}

export const tasks: Part<"tasks"> = {
  executeTask: async (task) => {
    host.tasks.push(task);
    return { task, terminate: () => undefined };
  },
  onDidEndTaskProcess: events.tasks.event,
};
