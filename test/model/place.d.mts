export function whySkipped(): string | undefined;
