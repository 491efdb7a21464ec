import { wantsColour } from './colours.ts';
import type { CommonOptions } from './common-options.ts';
import { outColumns, outIsTerminal } from './streams.ts';

/** How wide a table may be, and whether it has colours. */
export interface TableManners {
  readonly width: number;
  readonly colour: boolean;
}

/** Width of a table that goes nowhere in particular: a pipe or a file. */
const PIPE_WIDTH = 120;

/** As wide as the terminal, and coloured only there; a file or a pipe gets neither. */
export function tableWidth(options: Pick<CommonOptions, 'color' | 'output'>): TableManners {
  if (options.output !== undefined) return { width: PIPE_WIDTH, colour: false };
  return { width: outColumns() ?? PIPE_WIDTH, colour: wantsColour(options.color, process.env, outIsTerminal()) };
}
