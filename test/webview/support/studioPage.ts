/// <reference types="node" />
/** Serves the Studio page under the policy the host sets, and opens it in Chromium with a theme's variables. */
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { pageDocument } from "../../../src/extension/studio/pageDocument.ts";
import { type ThemeKind, themeClass, themeVariables } from "./themes.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Tests and benchmarks run from the repository's root, bundled or not. */
const root = `${process.cwd()}/`;
const NONCE = "dGVzdC1ub25jZQ";

export interface OpenOptions {
  readonly scenario?: string;
  readonly theme?: ThemeKind;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  /** The system's colours win over the theme's. */
  readonly forcedColors?: boolean;
  readonly colorScheme?: "light" | "dark";
}

export class StudioPages {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    private readonly address: string,
  ) {}

  /** Builds the page, starts server and browser; says plainly when there is no browser. */
  static async start(): Promise<StudioPages> {
    if (!existsSync(CHROMIUM)) {
      throw new Error(`Chromium is missing: expected ${CHROMIUM}. Install it with: apt-get install chromium`);
    }
    const files = await bundle();
    const server = createServer((request, response) => {
      const path = (request.url ?? "/").split("?")[0] ?? "/";
      const file = files.get(path);
      if (!file) {
        response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
        return;
      }
      response.writeHead(200, { "content-type": file.type }).end(file.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--enable-precise-memory-info",
        "--js-flags=--expose-gc",
      ],
    });
    return new StudioPages(server, browser, `http://127.0.0.1:${port}`);
  }

  async open(options: OpenOptions = {}): Promise<Page> {
    const { scenario = "running", theme = "dark", width = 1440, height = 900, reducedMotion = false } = options;
    const { forcedColors = false, colorScheme = "light" } = options;
    const context = await this.browser.newContext({
      viewport: { width, height },
      forcedColors: forcedColors ? "active" : "none",
      colorScheme,
      reducedMotion: reducedMotion ? "reduce" : "no-preference",
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(String(error)));
    page.on("console", (message) => message.type() === "error" && failures.push(message.text()));
    pageFailures.set(page, failures);
    await page.addInitScript(themeScript(theme));
    await page.goto(`${this.address}/?scenario=${scenario}`);
    await until(page, `document.querySelector("#studio > *:not(.opening)") !== null`);
    return page;
  }

  /** Memory of the browser's page processes, MB resident. */
  async memory(): Promise<number> {
    const session = await this.browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    await session.detach();
    const pages = processInfo.filter(({ type }) => type === "renderer");
    return pages.reduce((sum, { id }) => sum + residentMb(id), 0);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** The host sets the variables on the root element's style through the object model, as done here. */
function themeScript(theme: ThemeKind): string {
  return `document.addEventListener("readystatechange", () => {
    for (const [name, value] of Object.entries(${JSON.stringify(themeVariables(theme))}))
      document.documentElement.style.setProperty(name, value);
    document.body.className = ${JSON.stringify(themeClass[theme])};
  }, { once: true });`;
}

const pageFailures = new WeakMap<Page, string[]>();

/** Script errors, console errors and policy violations of a page so far. */
export async function failuresOf(page: Page): Promise<string[]> {
  const violations = await page.evaluate<string[]>("window.policyViolations");
  return [...(pageFailures.get(page) ?? []), ...violations];
}

function residentMb(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) / 1024;
}

/** Waits until an expression holds; asked from here, for the page's policy lets nothing be evaluated inside. */
export async function until(page: Page, expression: string, milliseconds = 60_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await page.evaluate<boolean>(expression))) {
    if (Date.now() > end) throw new Error(`Not so within ${milliseconds} ms: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface ServedFile {
  readonly type: string;
  readonly body: string | Uint8Array;
}

async function bundle(): Promise<ReadonlyMap<string, ServedFile>> {
  const common = {
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    outdir: "/",
  } as const;
  const [studio, host] = await Promise.all([
    build({
      ...common,
      entryPoints: [`${root}webview/studio/main.ts`],
      entryNames: "studio",
      minify: true,
    }),
    build({ ...common, entryPoints: [`${root}test/webview/support/fakeHost.ts`], entryNames: "fakeHost" }),
  ]);
  const files = new Map<string, ServedFile>([["/", { type: "text/html; charset=utf-8", body: page }]]);
  for (const { path, contents } of [...studio.outputFiles, ...host.outputFiles]) {
    const name = `/${path.split("/").at(-1) ?? ""}`;
    files.set(name, { type: name.endsWith(".css") ? "text/css" : "text/javascript", body: contents });
  }
  return files;
}

/** The host's own document, with what stands for the host before the page's script. */
const page = pageDocument({
  nonce: NONCE,
  source: "'self'",
  styles: "studio.css",
  script: "studio.js",
  language: "en",
  opening: "Opening wording.lerl.json…",
}).replace("<body>", `<body><script nonce="${NONCE}" src="fakeHost.js"></script>`);
