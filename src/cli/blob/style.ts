import { PLAIN, type Style } from '../../views/blob-columns.ts';
import { loadColours, wantsColour } from '../colours.ts';
import { outIsTerminal } from '../streams.ts';

/** @returns how the tables of `blob` are coloured; chalk is loaded only where there are colours. */
export async function blobStyle(flag: boolean): Promise<Style> {
  if (!wantsColour(flag, process.env, outIsTerminal())) return PLAIN;
  const { bold, green, red, dim } = await loadColours(flag);
  return { heading: bold, good: green, bad: red, dim };
}
