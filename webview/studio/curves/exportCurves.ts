/** Curves leave the page as CSV (every raw point) or as an image (what is seen). */
import { type MetricName, metricCatalogue } from "../../../src/protocol/metrics.ts";
import { csvText } from "../../../src/protocol/reportText.ts";
import type { ChartCard } from "./chartCard.ts";
import type { Line } from "./lines.ts";
import { colourOf, dashOf, type Palette } from "./palette.ts";

/** One row per point: metric, run, seeds, iteration, user steps, value. */
export function curvesCsv(curves: readonly { readonly metric: MetricName; readonly lines: readonly Line[] }[]): string {
  const rows = ["metric,run_id,run,seeds,iteration,user_steps,value"];
  for (const { metric, lines } of curves) {
    for (const { entry, series } of lines) {
      const seeds = entry.runs.map(({ seed }) => seed).join(" ");
      const head = [metric, entry.key, entry.label, seeds].map(csvText).join(",");
      const iterations = series.iteration.numbers();
      const userSteps = series.userSteps.numbers();
      const values = series.values.numbers();
      for (let i = 0; i < values.length; i++) rows.push(`${head},${iterations[i]},${userSteps[i]},${values[i]}`);
    }
  }
  return `${rows.join("\n")}\n`;
}

const MARGIN_PX = 12;
const TITLE_HEIGHT_PX = 28;
const LEGEND_ROW_PX = 18;

/** The plot with its title and legend on the theme's background, as PNG. */
export function cardImage(card: ChartCard): Promise<Blob> {
  const { model } = card;
  if (!model) return Promise.reject(new Error("The chart has not been drawn yet."));
  const { palette, lines } = model;
  const source = card.plot.canvas;
  const scale = source.width / Math.max(1, source.clientWidth);
  const canvas = document.createElement("canvas");
  canvas.width = source.width + 2 * MARGIN_PX * scale;
  canvas.height = source.height + (TITLE_HEIGHT_PX + LEGEND_ROW_PX * lines.length + 2 * MARGIN_PX) * scale;
  const context = canvas.getContext("2d");
  if (!context) return Promise.reject(new Error("The browser gives no canvas to draw the image on."));
  context.fillStyle = palette.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, MARGIN_PX * scale, (MARGIN_PX + TITLE_HEIGHT_PX) * scale);
  context.scale(scale, scale);
  const { label, unit } = metricCatalogue[card.metric];
  context.textBaseline = "middle";
  context.fillStyle = palette.foreground;
  context.font = `600 14px ${palette.font}`;
  context.fillText(unit ? `${label} (${unit})` : label, MARGIN_PX, MARGIN_PX + TITLE_HEIGHT_PX / 2);
  drawLegend(context, lines, palette, MARGIN_PX + TITLE_HEIGHT_PX + source.clientHeight + LEGEND_ROW_PX / 2);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The image could not be encoded."))), "image/png"),
  );
}

function drawLegend(context: CanvasRenderingContext2D, lines: readonly Line[], palette: Palette, top: number): void {
  context.font = `12px ${palette.font}`;
  lines.forEach(({ entry }, row) => {
    const y = top + row * LEGEND_ROW_PX;
    context.strokeStyle = colourOf(palette, entry.index);
    context.lineWidth = 2;
    context.setLineDash([...dashOf(palette, entry.index)]);
    context.beginPath();
    context.moveTo(MARGIN_PX, y);
    context.lineTo(MARGIN_PX + 24, y);
    context.stroke();
    context.fillText(entry.label, MARGIN_PX + 32, y);
  });
}

export async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = "";
  const chunk = 0x8000;
  for (let i = 0; i < bytes.length; i += chunk) binary += String.fromCharCode(...bytes.subarray(i, i + chunk));
  return btoa(binary);
}
