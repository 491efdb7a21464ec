import { gunzipSync } from 'node:zlib';
import { configs as oldest } from '../data/kernels/6.1/configs.ts';
import { configs as middle } from '../data/kernels/6.12/configs.ts';
import { configs as newest } from '../data/kernels/7.2/configs.ts';
import { configNames } from '../data/kernels/config-names.ts';
import type { Notes } from './notes.ts';
import { failed, type Reader, readText } from './reader.ts';

const MOST_BYTES = 4 * 1024 * 1024;

/** Options that decide something here: those of any modelled line, in the spelling of each. */
function wantedOptions(): Set<string> {
  const builds = [oldest, middle, newest].flatMap((configs) => Object.values(configs));
  const names = Object.values(configNames).flatMap((line) => Object.entries(line).flatMap(([name, older]) => (older === true ? [name] : [name, older])));
  return new Set([...builds.flatMap((build) => Object.keys(build)), ...names]);
}

function readOptions(text: string): Map<string, string> {
  const wanted = wantedOptions();
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const unset = /^# (CONFIG_\w{1,100}) is not set/.exec(line);
    const set = /^(CONFIG_\w{1,100})=(.{0,200})$/.exec(line.trimEnd());
    const [name, value] = unset ? [unset[1], 'n'] : [set?.[1], set?.[2]?.replace(/^"(.*)"$/, '$1')];
    if (name !== undefined && value !== undefined && wanted.has(name)) found.set(name, value);
  }
  return found;
}

/** Kernels that backport took the new names of options or kept the old ones: both stand in the profile, so that every line finds its own. */
function bothSpellings(found: Map<string, string>): void {
  for (const line of Object.values(configNames)) {
    for (const [newer, older] of Object.entries(line)) {
      if (older === true) continue;
      const value = found.get(newer) ?? found.get(older);
      if (value === undefined) continue;
      if (!found.has(newer)) found.set(newer, value);
      if (!found.has(older)) found.set(older, value);
    }
  }
}

/**
 * Code that newer kernels can be built without is always there in those that do not know the options at all. Where mitigations
 * as a whole are switched off, their options are not mentioned either, and that is no sign.
 */
function alwaysThere(found: Map<string, string>): void {
  const options = Object.values(configNames).flatMap((line) => Object.entries(line).flatMap(([name, older]) => (older === true ? [name] : [])));
  const whole = found.get('CONFIG_CPU_MITIGATIONS') ?? found.get('CONFIG_SPECULATION_MITIGATIONS');
  if (whole === 'n' || options.some((name) => found.has(name))) return;
  for (const name of options) found.set(name, 'y');
}

/**
 * Reduces a kernel configuration to what decides about microcode loading, features and mitigations.
 * @param text a `.config`
 * @returns options by name; `n` for those that are named as not set; null where the text is no configuration
 */
export function reducedConfig(text: string): Record<string, string> | null {
  const found = readOptions(text);
  if (found.size === 0) return null;
  bothSpellings(found);
  alwaysThere(found);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unzipped(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder().decode(gunzipSync(bytes, { maxOutputLength: MOST_BYTES }));
  } catch {
    return null;
  }
}

/**
 * Finds the configuration of the running kernel: /proc/config.gz, or the file its package installs.
 * @param release as uname says it
 * @param notes takes that there is none, or that it is damaged
 */
export function readConfig(reader: Reader, release: string | null, notes: Notes): Record<string, string> | undefined {
  const zipped = reader.read('proc/config.gz', MOST_BYTES);
  const texts = [failed(zipped) ? null : unzipped(zipped)];
  if (!failed(zipped) && texts[0] === null) notes.say('/proc/config.gz is damaged or too large and not used');
  // A release comes from a file: it must not lead out of the folder.
  if (release !== null && /^[\w.+~-]{1,200}$/.test(release)) {
    for (const path of [`boot/config-${release}`, `usr/lib/modules/${release}/config`, `lib/modules/${release}/config`, `lib/modules/${release}/build/.config`])
      texts.push(readText(reader, path, MOST_BYTES));
  }
  for (const text of texts) {
    const config = text === null ? null : reducedConfig(text);
    if (config) return config;
  }
  notes.say(`the kernel configuration is not known (modprobe configs for /proc/config.gz, or put it at /boot/config-${release ?? 'RELEASE'})`);
  return undefined;
}
