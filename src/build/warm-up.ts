/** Command lines of the dry run: what they load stands in a file of its own, as most commands need most of it. */
export const DRY_RUNS: readonly (readonly string[])[] = [
  ['diff', '--profile', 'skylake-06-5e-03-c6', '--blob', 'skylake-06-5e-03-cc'],
  ['diff', '--profile', 'skylake-06-5e-03-c6', '--blob', 'skylake-06-5e-03-cc', '--json'],
];

/** A command that does next to nothing: what it shares with a dry run is what every command needs, and stands where every start finds it. */
export const ANY_COMMAND: readonly (readonly string[])[] = [['list', 'kernels']];

/**
 * What is run before V8's code caches are taken, so that the functions of the common ways are in them compiled. Each costs a little at every
 * start of a command, as V8 unpacks all of a cache, so rare commands stay out. A line that fails (on what is not there yet) does no harm.
 */
export const WARM_UP: readonly (readonly string[])[] = [
  ['--help'],
  ['--version'],
  ['list', 'profiles'],
  ['validate', '--json', 'no-such-file'],
  ...DRY_RUNS,
  ['blob', 'list', 'test/fixtures/microcode/firmware'],
];
