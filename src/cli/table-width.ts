import { loadColours } from './colours.ts';
import type { CommonOptions } from './common-options.ts';
import { outColumns } from './streams.ts';

/** How wide a table may be, and whether it has colours. */
export interface TableManners {
  readonly width: number;
  readonly colour: boolean;
}

/** Width of a table that goes nowhere in particular: a pipe or a file. */
const PIPE_WIDTH = 120;

/** As wide as the terminal, and coloured only there; a file or a pipe gets neither. */
export async function tableWidth(options: Pick<CommonOptions, 'color' | 'output'>): Promise<TableManners> {
  const columns = options.output === undefined ? outColumns() : null;
  const colours = await loadColours(options.color);
  return { width: columns ?? PIPE_WIDTH, colour: options.output === undefined && colours.level > 0 };
}
