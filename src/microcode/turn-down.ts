/** Why the loader does not take an update. */
export type TurnDownCode =
  | 'other-vendor'
  | 'other-file'
  | 'early-load-only'
  | 'text-form'
  | 'other-signature'
  | 'other-platform'
  | 'not-newer'
  | 'superseded'
  | 'minimum-revision-undeclared'
  | 'minimum-revision-not-met'
  | 'gnr98'
  | 'bdx90'
  | 'force-minrev-on-amd'
  | 'other-family'
  | 'unlisted-signature'
  | 'signing-cut-off'
  | 'later-container'
  | 'damaged'
  | 'behind-damage'
  | 'file-refused'
  | 'digest-unknown'
  | 'digest-mismatch';

export interface TurnDown {
  readonly code: TurnDownCode;
  /** The figures the rule compared, where it compared any. */
  readonly have?: string;
  readonly needs?: string;
}

/** @returns a reason, with the figures in hexadecimal. */
export function turnDown(code: TurnDownCode, have?: number | string, needs?: number | string): TurnDown {
  const shown = (value: number | string): string => (typeof value === 'number' ? `0x${value.toString(16)}` : value);
  return { code, ...(have === undefined ? {} : { have: shown(have) }), ...(needs === undefined ? {} : { needs: shown(needs) }) };
}
