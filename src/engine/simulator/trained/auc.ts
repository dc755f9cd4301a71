/**
 * Area under the ROC curve: the probability that a random positive scores above a random negative, ties counted half.
 * @returns undefined without both labels
 */
export function areaUnderCurve(scores: Float32Array, labels: Uint8Array): number | undefined {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let positives = 0;
  let rankSum = 0;
  for (let i = 0; i < order.length; ) {
    let end = i;
    let tiedPositives = 0;
    while (end < order.length && scores[order[end] as number] === scores[order[i] as number]) {
      tiedPositives += labels[order[end] as number] as number;
      end++;
    }
    // Ranks i + 1 .. end share their mean.
    rankSum += tiedPositives * ((i + 1 + end) / 2);
    positives += tiedPositives;
    i = end;
  }
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
