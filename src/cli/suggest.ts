/** @returns the number of letters to insert, remove, replace or swap with their neighbour to make one word of the other. */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const costs = [(last[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1)];
      if (swapped) costs.push((older[column - 2] ?? 0) + 1);
      next.push(Math.min(...costs));
    }
    older = last;
    last = next;
  }
  return last[b.length] ?? 0;
}

/**
 * What somebody may have meant.
 * @param word what was written; very long words are compared by their beginning
 * @param candidates what there is
 * @returns at most three: those that begin with or contain the word, then those a few letters away, nearest first
 */
export function suggest(word: string, candidates: readonly string[]): string[] {
  const wanted = word.toLowerCase().slice(0, 80);
  const rated = candidates.flatMap((candidate) => {
    const name = candidate.toLowerCase();
    if (wanted.length > 1 && name.startsWith(wanted)) return [{ candidate, cost: 0 }];
    if (wanted.length > 2 && name.includes(wanted)) return [{ candidate, cost: 1 }];
    const cost = editDistance(wanted, name.slice(0, 80));
    return cost <= Math.max(2, Math.floor(name.length / 4)) ? [{ candidate, cost: cost + 1 }] : [];
  });
  return rated
    .sort((a, b) => a.cost - b.cost)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** @returns ` (did you mean a, b or c?)`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const names = suggest(word, candidates);
  const last = names.pop();
  if (last === undefined) return '';
  return ` (did you mean ${names.length > 0 ? `${names.join(', ')} or ` : ''}${last}?)`;
}
