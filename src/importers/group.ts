import type { ImportFile, ImportInput } from './types.ts';

const PU_FILE = /(?:^|\/)pu\d{1,6}$/;
const CPUINFO = /(?:^|\/)proc\/cpuinfo$/;
/** What the importer of /proc reads beside cpuinfo. */
const TREE_FILE =
  /^(?:proc\/(?:cpuinfo|cmdline|version|modules|meminfo|sys\/kernel\/osrelease)|sys\/devices\/system\/(?:cpu|node)\/.{1,200}|boot\/config-[^/]+)$/;

const folderOf = (name: string): string => (name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '');

/** The root of the /proc and /sys tree that a file belongs to, or null. */
function treeRoot(name: string, roots: readonly string[]): string | null {
  return roots.find((root) => name.startsWith(root) && TREE_FILE.test(name.slice(root.length))) ?? null;
}

/**
 * Sorts the files of a folder or an archive into what is imported together: the per-CPU files of hwloc, the files of a copied
 * /proc and /sys, and each other file by itself.
 * @param name the folder or archive as the user named it
 * @param files its files, with names inside it
 * @returns the inputs, in the order of their first file
 */
export function groupFiles(name: string, files: readonly ImportFile[]): ImportInput[] {
  const roots = files.filter((file) => CPUINFO.test(file.name)).map((file) => file.name.replace(/proc\/cpuinfo$/, ''));
  roots.sort((a, b) => b.length - a.length);
  const groups = new Map<string, ImportFile[]>();
  for (const file of files) {
    const root = treeRoot(file.name, roots);
    const folder = folderOf(file.name);
    const key = root !== null ? `tree ${root}` : PU_FILE.test(file.name) ? `hwloc ${folder}` : `file ${file.name}`;
    const group = groups.get(key);
    if (group) group.push(file);
    else groups.set(key, [file]);
  }
  return [...groups].map(([key, group]) => {
    const inside = key.replace(/^(?:tree|hwloc|file) /, '').replace(/\/$/, '');
    // One folder of per-CPU files in an archive of the same name: the archive's name says it all.
    const alone = groups.size === 1 || (key.startsWith('hwloc ') && [...groups.keys()].filter((other) => other.startsWith('hwloc ')).length === 1);
    return { name: alone || inside === '' ? name : inside, files: group };
  });
}
