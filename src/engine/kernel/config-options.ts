import { configNames } from '../../data/kernels/config-names.ts';
import type { KernelTables } from '../../data/kernels/types.ts';

type Config = Readonly<Record<string, string>>;

/** Asked for by the engine, and set in none of the known builds. */
const IN_NO_BUILD = ['CONFIG_AMD_MEM_ENCRYPT_ACTIVE_BY_DEFAULT', 'CONFIG_KVM_INTEL_PROVE_VE'];

/** Every pair of an option's newest and older name; the code of a line without the option is always there. */
function renamed(): [newest: string, older: string | true][] {
  return Object.values(configNames).flatMap((names) => Object.entries(names));
}

/** @returns the configuration options that decide anything here, by their names in any line. */
export function knownOptions(tables: KernelTables): ReadonlySet<string> {
  const builds = [tables.config, ...Object.values(tables.configs)].flatMap((config) => Object.keys(config));
  const names = renamed().flat();
  return new Set([...builds, ...names.filter((name) => typeof name === 'string'), ...IN_NO_BUILD]);
}

/** @returns whether the code behind an option cannot be left out of this line. */
export function isAlwaysBuilt(line: string, option: string): boolean {
  return configNames[line]?.[option] === true;
}

/**
 * Options by the names that a line gives them: who asks for MITIGATION_RETPOLINE of a kernel that calls it RETPOLINE means that, and the other
 * way round. A name that is given in the line's own words stands.
 * @param line name of the line
 * @param config options by names of any line
 */
export function inWordsOf(line: string, config: Config): Config {
  const own = { ...config };
  for (const [newest, older] of renamed()) {
    if (older === true) continue;
    const [mine, foreign] = configNames[line]?.[newest] === older ? [older, newest] : [newest, older];
    const value = config[foreign];
    if (value !== undefined && config[mine] === undefined) own[mine] = value;
  }
  return own;
}
