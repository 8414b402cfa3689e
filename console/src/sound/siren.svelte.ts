import type { Alarm, Grade } from '../alarm/alarm';
import {
  CALLS,
  EXERCISE_CALL,
  exerciseSounds,
  FAULT_CALL,
  gradeToSound,
  silence,
  stillSilenced,
  type Call,
} from './score';

/** Plays the calls. Browsers stay mute until the operator has armed it with a gesture. */
class Siren {
  /** Is the browser really letting us sound? */
  armed = $state(false);
  /** Something sounds now, and can be silenced. */
  sounding = $state(false);

  private context: AudioContext | null = null;
  private silenced: Map<string, Grade> = new Map();
  private faultSilenced = false;
  private call: Call | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private alarms: ReadonlyMap<string, Alarm> = new Map();

  /** To be called from a click or a key press. Plays the mildest call, to be heard at once. */
  async arm(): Promise<void> {
    this.context ??= this.newContext();
    await this.context.resume();
    this.watchContext();
    if (this.call === null) this.play(CALLS[4]);
  }

  /** Follows the alarms on the screen and the state of the feed. */
  follow(alarms: ReadonlyMap<string, Alarm>, fault: boolean): void {
    this.alarms = alarms;
    this.silenced = stillSilenced(alarms, this.silenced);
    if (!fault) this.faultSilenced = false;
    const grade = gradeToSound(alarms.values(), this.silenced);
    const exercise = exerciseSounds(alarms.values(), this.silenced) ? EXERCISE_CALL : null;
    const other = fault && !this.faultSilenced ? FAULT_CALL : exercise;
    this.sound(grade === null ? other : CALLS[grade]);
  }

  silence(): void {
    this.silenced = silence(this.alarms.values(), this.silenced);
    this.faultSilenced = true;
    const exercise = exerciseSounds(this.alarms.values(), this.silenced);
    this.sound(exercise ? EXERCISE_CALL : null);
  }

  stop(): void {
    this.silenced = new Map();
    this.alarms = new Map();
    this.sound(null);
  }

  private sound(call: Call | null): void {
    if (call === this.call) return;
    this.call = call;
    this.sounding = call !== null;
    clearTimeout(this.timer);
    if (call !== null) this.repeat(call);
  }

  private repeat(call: Call): void {
    this.play(call);
    this.timer = setTimeout(() => this.repeat(call), call.every * 1000);
  }

  private play(call: Call): void {
    const context = this.context;
    if (context?.state !== 'running') return;
    for (const tone of call.tones) {
      const from = context.currentTime + 0.02 + tone.at;
      const oscillator = new OscillatorNode(context, { frequency: tone.hz, type: 'triangle' });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(0.5, from + 0.01);
      gain.gain.setValueAtTime(0.5, from + tone.length - 0.02);
      gain.gain.linearRampToValueAtTime(0, from + tone.length);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(from);
      oscillator.stop(from + tone.length + 0.01);
    }
  }

  private newContext(): AudioContext {
    const context = new AudioContext();
    context.onstatechange = () => this.watchContext();
    return context;
  }

  private watchContext(): void {
    this.armed = this.context?.state === 'running';
  }
}

export const siren = new Siren();
