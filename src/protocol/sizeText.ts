/** A size as people are told it, in decimal units: "12 kB", "3.4 MB", "640 MB", "4.1 GB". */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${short(bytes / 1e6)} MB` : `${short(bytes / 1e9)} GB`;
}

const short = (amount: number): string => amount.toFixed(amount < 100 ? 1 : 0);
