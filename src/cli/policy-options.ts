import { type Command, Option } from 'commander';
import { parseHex32 } from '../base/hex.ts';
import type { Profile } from '../data/contract/profile.ts';
import type { Otherwise } from '../engine/policies/load-under-policy.ts';
import { POLICY_IDS, type PolicyId, parsePatches, policyOf, takesPatches } from '../engine/policies/policy.ts';
import { didYouMean } from './suggest.ts';

/** What a command line says of what could be otherwise than in mainline. */
export interface PolicyOptions {
  readonly policy: PolicyId;
  readonly patches?: string;
  readonly inhibit?: boolean;
  readonly force?: string;
  readonly strict?: boolean;
}

/** Gives a command `--policy`, `--patches`, `--inhibit`, `--force` and `--strict`. */
export function withPolicy(command: Command): Command {
  return command
    .addOption(new Option('--policy <policy>', 'what happens after the load: nothing, or what a patch series does').choices(POLICY_IDS).default('mainline'))
    .option('--patches <patches>', 'with --policy rfc or full: patches of the series that are in, such as 1-7 or 1,5,6')
    .option('--inhibit', 'KVM and others hold the update back while it would harm them')
    .option('--force <ids>', 'with --inhibit or --strict: inhibitors that do not hold, comma-separated')
    .option('--strict', 'refuse an update whose effects nobody has described, or that takes something away');
}

/** The options understood, or what is wrong with them, in a sentence. */
export type OtherwiseRead = { readonly value: Otherwise; readonly error: null } | { readonly value: null; readonly error: string };

function wrong(error: string): OtherwiseRead {
  return { value: null, error };
}

/** @returns what is wrong with an id in `--force`, or null: the kernel's own rules have no override, and what would lift them is said instead. */
async function forceError(id: string): Promise<string | null> {
  const { inhibitors, inhibitorOf } = await import('../engine/inhibitors/registry.ts');
  const rule = inhibitorOf(id);
  const policyIds = inhibitors.filter((one) => one.overridable).map((one) => one.id);
  if (rule === undefined)
    return `--force: no inhibitor is called ${JSON.stringify(id)}${didYouMean(
      id,
      inhibitors.map((one) => one.id),
    )}; there are ${policyIds.join(', ')}`;
  if (rule.overridable) return null;
  const { loadReasonLift } = await import('../views/words/load-reasons.ts');
  return `--force: ${id} is enforced by the kernel, and no option here changes a kernel; what lifts it: ${loadReasonLift(id) ?? 'nothing'}`;
}

async function forcedIds(text: string | undefined): Promise<{ ids: string[]; error: string | null }> {
  const ids = (text ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (text !== undefined && ids.length === 0) return { ids, error: '--force takes the id of at least one inhibitor' };
  for (const id of ids) {
    const error = await forceError(id);
    if (error !== null) return { ids, error };
  }
  return { ids, error: null };
}

/**
 * @param options of the command
 * @param profile whose `system` may say what the early-load image holds
 */
export async function otherwiseOf(options: PolicyOptions, profile: Profile): Promise<OtherwiseRead> {
  const { policy, patches: text } = options;
  const patches = text === undefined ? undefined : parsePatches(text);
  if (patches === null) return wrong(`--patches takes numbers from 1 to 7 and ranges of them, such as 1-7 or 1,5,6, not ${JSON.stringify(text)}`);
  if (patches !== undefined && !takesPatches(policy)) return wrong(`--patches goes with --policy rfc or full, not with ${policy}`);
  const force = await forcedIds(options.force);
  if (force.error !== null) return wrong(force.error);
  const early = profile.system?.earlyMicrocode;
  return {
    value: {
      policy: policyOf(policy, patches),
      inhibitors: { inhibit: options.inhibit ?? false, force: new Set(force.ids), strict: options.strict ?? false },
      earlyRevision: early === undefined ? null : parseHex32(early),
    },
    error: null,
  };
}
