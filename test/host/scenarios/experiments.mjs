// Experiment files as text: the editor checks them with our schema and offers to run them.
import assert from "node:assert/strict";

export const workspace = "test/host/fixtures/experiments";

export const scenarios = {
  "a file opened as text has lenses and is checked by the schema": async (host) => {
    const { languageId, lenses, problems } = await host.evaluate(async (vscode) => {
      const [uri] = await vscode.workspace.findFiles("short.lerl.json");
      await vscode.commands.executeCommand("lerl.openAsText", uri);
      const document = await vscode.workspace.openTextDocument(uri);
      const edit = new vscode.WorkspaceEdit();
      edit.insert(uri, new vscode.Position(1, 0), '  "seed": "one",\n');
      await vscode.workspace.applyEdit(edit);
      const found = () => vscode.languages.getDiagnostics(uri).map(({ message }) => message);
      for (let waited = 0; found().length === 0 && waited < 30_000; waited += 100) {
        await new Promise((wake) => setTimeout(wake, 100));
      }
      const shown = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", uri);
      return { languageId: document.languageId, lenses: shown.map(({ command }) => command.title), problems: found() };
    });
    assert.equal(languageId, "jsonc");
    assert.deepEqual(lenses.slice(0, 3), ["$(play) Run", "$(preview) Open Studio", "$(plug) Connect a model"]);
    assert.match(problems.join(), /Incorrect type/);
    await host.screenshot("experiment-as-text");
  },
};
