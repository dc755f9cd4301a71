/** How many parts two texts (lines or characters) have in common at their start and, after it, at their end. */
export function commonEnds(
  a: ArrayLike<string>,
  b: ArrayLike<string>,
): { readonly start: number; readonly end: number } {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return { start, end };
}
