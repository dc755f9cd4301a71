// VS Code calls run() in the extension host; LERL_HOST_JOB names the test module and where its results go.
const vscode = require("vscode");
const { readFileSync, writeFileSync } = require("node:fs");
const { pathToFileURL } = require("node:url");

async function outcome(name, test) {
  try {
    await test(vscode);
    return { name };
  } catch (error) {
    return { name, error: error instanceof Error ? error.stack : String(error) };
  }
}

async function run() {
  const { file, resultFile } = JSON.parse(readFileSync(process.env.LERL_HOST_JOB, "utf8"));
  const { tests } = await import(pathToFileURL(file).href);
  const results = [];
  for (const [name, test] of Object.entries(tests)) results.push(await outcome(name, test));
  writeFileSync(resultFile, JSON.stringify(results));
}

module.exports = { run };
