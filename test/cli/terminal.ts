import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** @returns why there is no terminal to test in, or null. */
export function withoutTerminal(): string | null {
  const tmux = spawnSync('tmux', ['-V'], { encoding: 'utf8' });
  if (tmux.error !== undefined || tmux.status !== 0) return 'tmux is not installed (apt-get install tmux)';
  return spawnSync('stty', ['--version']).status === 0 ? null : 'stty is not installed';
}

/** How long anything may take on a machine that is busy with other tests, in milliseconds. */
const PATIENCE = 30_000;
const PAUSE = 50;

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, PAUSE));
}

/** A real terminal with a shell in it: a tmux server of its own. */
export class Screen {
  private readonly socket: string;

  constructor(t: TestContext, width: number, height: number, environment: Readonly<Record<string, string>> = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'cpueval-tmux-'));
    this.socket = join(folder, 'socket');
    t.after(() => {
      this.tmux('kill-server');
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    });
    const env = {
      PATH: process.env.PATH ?? '',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      HOME: folder,
      HISTFILE: '/dev/null',
      ...environment,
    };
    const words = ['-f', '/dev/null', 'new-session', '-d', '-x', String(width), '-y', String(height), "env PS1='$ ' bash --norc --noprofile -i"];
    const ran = spawnSync('tmux', ['-u', '-S', this.socket, ...words], { encoding: 'utf8', env });
    if (ran.status !== 0) throw new Error(`tmux: ${ran.stderr}`);
  }

  private tmux(...words: readonly string[]): string {
    return spawnSync('tmux', ['-u', '-S', this.socket, ...words], { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' } }).stdout ?? '';
  }

  /** Keys by tmux's names: `Enter`, `Right`, `C-c`. */
  press(...keys: readonly string[]): void {
    for (const key of keys) this.tmux('send-keys', key);
  }

  /** Text as it is typed. */
  type(text: string): void {
    this.tmux('send-keys', '-l', text);
  }

  /** A text as a terminal pastes it. */
  paste(text: string): void {
    this.tmux('set-buffer', '--', text);
    this.tmux('paste-buffer', '-p');
  }

  resize(width: number, height: number): void {
    this.tmux('resize-window', '-x', String(width), '-y', String(height));
  }

  /** @param escapes with the codes of colours */
  lines(escapes = false): string[] {
    return this.tmux('capture-pane', '-p', ...(escapes ? ['-e'] : []))
      .replace(/\n$/, '')
      .split('\n');
  }

  /** @returns the text of the screen once it matches. */
  async until(what: RegExp, otherwise = 'is not on the screen'): Promise<string> {
    for (let waited = 0; waited < PATIENCE; waited += PAUSE) {
      const text = this.lines().join('\n').trimEnd();
      if (what.test(text)) return text;
      await pause();
    }
    throw new Error(`${what} ${otherwise}:\n${this.lines().join('\n')}`);
  }

  /** @returns what a program can have changed about the terminal: alternate screen, cursor, wrapping at the edge, and bracketed paste is the shell's. */
  modes(): string {
    return this.tmux('display-message', '-p', 'alternate=#{alternate_on} cursor=#{cursor_flag} wrap=#{wrap_flag}').trim();
  }

  /** Process id of the program in front of the shell. */
  async foreground(name: RegExp): Promise<number> {
    for (let waited = 0; waited < PATIENCE; waited += PAUSE) {
      const shell = this.tmux('display-message', '-p', '#{pane_pid}').trim();
      const children = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', shell], { encoding: 'utf8' }).stdout.split('\n');
      const found = children.find((row) => name.test(row));
      if (found !== undefined) return Number(found.trim().split(/\s+/)[0]);
      await pause();
    }
    throw new Error(`no process ${name}`);
  }
}
