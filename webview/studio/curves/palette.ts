/** Colours and dashes of the curves, from the editor's theme. */

export interface Palette {
  readonly series: readonly string[];
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  readonly background: string;
  readonly warning: string;
  readonly change: string;
  readonly font: string;
  /** Lines are told apart by dashes besides their colour. */
  readonly dashed: boolean;
}

/** Colours of the lines, as styles/base.css names them. */
const seriesVariables = ["--line-0", "--line-1", "--line-2", "--line-3", "--line-4", "--line-5"];
/** One pattern per line, in pixels drawn and left out. */
const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [10, 3, 2, 3], [4, 4], [1, 3]];

export function readPalette(): Palette {
  const style = getComputedStyle(document.body);
  const variable = (name: string, fallback: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || fallback;
  const forced = forcedColors.matches;
  // A canvas does not know what the system's colours are here: the page's computed ones say it.
  const foreground = forced ? style.color : variable("foreground", style.color);
  const themed = (name: string): string => (forced ? foreground : variable(name, foreground));
  const dashed = document.body.matches(".vscode-high-contrast, .vscode-high-contrast-light") || forced;
  return {
    series: seriesVariables.map((name) => style.getPropertyValue(name).trim() || foreground),
    foreground,
    muted: themed("descriptionForeground"),
    grid: themed("charts-lines"),
    background: forced ? style.backgroundColor : variable("editor-background", style.backgroundColor),
    warning: variable("editorWarning-foreground", foreground),
    change: variable("charts-purple", foreground),
    font: variable("font-family", "sans-serif"),
    dashed,
  };
}

const forcedColors = matchMedia("(forced-colors: active)");

export const colourOf = (palette: Palette, line: number): string =>
  palette.series[line % palette.series.length] ?? palette.foreground;

/** A seventh line has the first one's colour again; then its dash tells them apart in every theme. */
export const dashOf = (palette: Palette, line: number): readonly number[] =>
  palette.dashed || line >= palette.series.length
    ? (dashes[(line + Math.floor(line / palette.series.length)) % dashes.length] ?? [])
    : [];

/** The colour at another opacity, whatever CSS notation it has. */
export function faint(colour: string, opacity: number): string {
  const key = `${colour} ${opacity}`;
  const known = faded.get(key);
  if (known !== undefined) return known;
  const made = fade(colour, opacity);
  faded.set(key, made);
  return made;
}

/** Asking a canvas what a colour is takes long, every frame asks again, and themes have few colours. */
const faded = new Map<string, string>();

function fade(colour: string, opacity: number): string {
  scratch ??= document.createElement("canvas").getContext("2d");
  const context = scratch;
  if (!context) return colour;
  context.fillStyle = colour;
  // The canvas writes opaque colours as #rrggbb and others as rgba(r, g, b, a).
  const written = String(context.fillStyle);
  const channels = written.startsWith("#")
    ? [1, 3, 5].map((at) => Number.parseInt(written.slice(at, at + 2), 16))
    : (written.match(/[\d.]+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0, alpha = 1] = channels;
  return `rgba(${red}, ${green}, ${blue}, ${alpha * opacity})`;
}

let scratch: CanvasRenderingContext2D | null | undefined;

/** Calls back when the editor's theme changes: the host swaps the body's class and the variables on the root. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style", "class"] });
  forcedColors.addEventListener("change", changed);
}
