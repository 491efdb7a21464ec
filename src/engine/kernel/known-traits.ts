import { backports } from '../../data/kernels/backports.ts';
import { kernelLines } from '../../data/kernels/index.ts';

/** @returns the name of every clause that some release of some line has, in order; whoever switches clauses is held to these. */
export async function knownTraits(): Promise<readonly string[]> {
  const lines = await Promise.all(kernelLines.map(async ({ load }) => (await load()).tables.traits));
  const earlier = backports.filter(({ kind }) => kind === 'trait').map(({ what }) => what);
  return [...new Set([...lines.flat(), ...earlier])].sort();
}
