import uPlot from 'uplot';
import { ink } from '../format/ink';
import { measured } from '../format/number';
import { unitText } from '../format/unit';
import { timeLabels } from '../point/trend';
import { statesOf } from '../point/point';
import { isStepped, scaleOf, STYLES, tableOf, type Line } from './line';
import { aroundOne, axisWidth, drawnWidth, leftEdges } from './label';
import { isBack, SIGNS, type Mark } from './mark';
import type { Period } from './span';

const INK = '--ink';
/** Beside this many axes there is no room for the lines: the others go without. */
const MOST_AXES = 4;
/** Of uPlot's: a null takes in what other lines' times leave open beside it, so that a gap is one. */
const NULLS_EXPAND = 2;

export interface Limit {
  readonly scale: string;
  readonly value: number;
  readonly label: string;
  /** The axis reaches as far as this one, wherever the readings are. */
  readonly seen?: boolean;
}

export interface Drawn {
  readonly lines: readonly Line[];
  readonly limits: readonly Limit[];
  readonly marks: readonly Mark[];
  readonly period: Period;
  /** So much earlier the compared lines are, ms. */
  readonly offset: number;
  /** A state as it is called in this language. */
  readonly stateName: (state: string) => string;
}

/** Several points over one time, an axis for each unit. */
export class TrendsPlot {
  private plot: uPlot | null = null;
  private drawn: Drawn | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly onzoom: (from: number, to: number) => void,
    private readonly onat: (second: number | null) => void,
  ) {}

  show(drawn: Drawn): void {
    this.drawn = drawn;
    this.plot?.destroy();
    this.plot = new uPlot(this.options(drawn), dataOf(drawn), this.host);
    this.plot.setScale('x', { min: drawn.period.start / 1000, max: drawn.period.end / 1000 });
  }

  /** The same lines and limits in the same look, further on. */
  slide(drawn: Drawn): void {
    this.drawn = drawn;
    this.plot?.setData(dataOf(drawn), false);
    this.plot?.setScale('x', { min: drawn.period.start / 1000, max: drawn.period.end / 1000 });
  }

  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (width > 0 && height > 0) this.plot?.setSize({ width, height });
  }

  destroy(): void {
    this.plot?.destroy();
    this.plot = null;
  }

  /** The cursor where a moment is; null: nowhere. After uPlot has taken a new scale, which it does a microtask later. */
  point(second: number | null): void {
    queueMicrotask(() => {
      const left = second === null ? -1 : (this.plot?.valToPos(second, 'x') ?? -1);
      this.plot?.setCursor({ left, top: 0 }, false);
    });
  }

  /** As it is on the screen, with a heading; null: nothing is drawn. */
  picture(heading: string, names: readonly string[]): HTMLCanvasElement | null {
    const shown = this.plot?.ctx.canvas;
    if (!shown) return null;
    const ratio = uPlot.pxRatio;
    const head = (1.6 + 1.4 * names.length) * 16 * ratio;
    const canvas = document.createElement('canvas');
    canvas.width = shown.width;
    canvas.height = shown.height + head;
    const paper = canvas.getContext('2d');
    if (paper === null) return null;
    paper.fillStyle = ink('--paper');
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.fillStyle = ink(INK);
    paper.font = `${16 * ratio}px system-ui, sans-serif`;
    paper.fillText(heading, 12 * ratio, 20 * ratio);
    names.forEach((name, index) => {
      const style = STYLES[index % STYLES.length];
      const y = (44 + index * 22) * ratio;
      paper.strokeStyle = ink(style?.ink ?? INK);
      paper.lineWidth = 2 * ratio;
      paper.setLineDash((style?.dash ?? []).map((each) => each * ratio));
      paper.beginPath();
      paper.moveTo(12 * ratio, y - 5 * ratio);
      paper.lineTo(52 * ratio, y - 5 * ratio);
      paper.stroke();
      paper.fillText(name, 60 * ratio, y);
    });
    paper.drawImage(shown, 0, head);
    return canvas;
  }

  private options(drawn: Drawn): uPlot.Options {
    const px = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const font = `${Math.round(px * 0.85)}px system-ui, sans-serif`;
    const widthOf = drawnWidth(font);
    const grid = ink('--grid');
    const axis = { stroke: ink(INK), font, ticks: { stroke: grid } };
    const stepped = uPlot.paths.stepped?.({ align: 1 });
    const scales = new Map(drawn.lines.map((line) => [scaleOf(line.point), statesOf(line.point.kind)]));
    return {
      width: Math.max(this.host.clientWidth, 200),
      height: Math.max(this.host.clientHeight, 120),
      legend: { show: false },
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), 'Asia/Shanghai'),
      cursor: { drag: { x: true, y: false, setScale: false }, y: false },
      scales: {
        x: { time: true, auto: false },
        ...Object.fromEntries(
          [...scales].flatMap(([scale, states]): [string, uPlot.Scale][] => {
            if (states !== null) return [[scale, { range: [-0.5, states.length - 0.5] }]];
            const own = drawn.limits.filter((limit) => limit.scale === scale);
            return [[scale, { range: reaching(own) }]];
          }),
        ),
      },
      axes: [
        { ...axis, grid: { stroke: grid, width: 1 }, space: px * 6, size: px * 3.2, values: (_, splits) => timeLabels(splits) },
        ...[...scales].slice(0, MOST_AXES).map(([scale, states], index) => ({
          ...axis,
          scale,
          // One line of states needs no name at its axis: it is the only one.
          ...(states !== null && drawn.lines.length === 1 ? {} : { label: unitText(scale) }),
          labelFont: font,
          side: (index % 2 === 0 ? 3 : 1) as 1 | 3,
          grid: { show: index === 0, stroke: grid, width: 1 },
          // As wide as what is written at it: its name stands clear of long figures.
          size: (_: uPlot, said: string[] | null) => axisWidth(said ?? [], widthOf, px * 4.2),
          // Each state has its name, in a low plot, too.
          ...(states === null ? {} : { incrs: [1], space: px * 0.75 }),
          labelSize: px * 1.4,
          values: (_: uPlot, splits: number[]) =>
            splits.map((value) => {
              if (states === null) return measured(value);
              const state = states[value];
              return state === undefined ? '' : drawn.stateName(state);
            }),
        })),
      ],
      series: [
        {},
        ...drawn.lines.map((line) => {
          const style = STYLES[line.style % STYLES.length];
          return {
            scale: scaleOf(line.point),
            stroke: `${ink(style?.ink ?? INK)}${line.compared ? '80' : ''}`,
            dash: [...(style?.dash ?? [])],
            width: line.compared ? 1 : 2,
            // What is too little for a line is seen all the same.
            points: { show: (plot: uPlot, at: number) => lone(plot.data[at]), size: px * 0.5 },
            ...(stepped && isStepped(line.point) ? { paths: stepped } : {}),
          };
        }),
      ],
      hooks: {
        setSelect: [(plot) => this.selected(plot)],
        setCursor: [(plot) => this.onat(plot.cursor.idx == null ? null : plot.posToVal(plot.cursor.left ?? 0, 'x'))],
        draw: [(plot) => this.mark(plot, font, px)],
      },
    };
  }

  private selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    this.onzoom(plot.posToVal(left, 'x') * 1000, plot.posToVal(left + width, 'x') * 1000);
  }

  private mark(plot: uPlot, font: string, px: number): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = font.replace(/[\d.]+px/, `${Math.round(px * 0.8 * ratio)}px`);
    ctx.textAlign = 'left';
    ctx.textBaseline = 'bottom';
    ctx.lineWidth = 1.2 * ratio;
    const seen = (this.drawn?.limits ?? []).flatMap((limit) => {
      const y = plot.valToPos(limit.value, limit.scale, true);
      if (!Number.isFinite(y) || y < bbox.top || y > bbox.top + bbox.height) return [];
      return [{ y, label: limit.label, width: ctx.measureText(limit.label).width }];
    });
    const lefts = leftEdges(seen, bbox.left + 6 * ratio, px * ratio, px * ratio);
    ctx.strokeStyle = ink(INK);
    ctx.fillStyle = ink(INK);
    seen.forEach(({ y, label }, index) => {
      ctx.setLineDash([2 * ratio, 4 * ratio]);
      stroke(ctx, bbox.left, y, bbox.left + bbox.width, y);
      ctx.fillText(label, lefts[index] ?? bbox.left, y - 3 * ratio);
    });
    ctx.setLineDash([]);
    for (const each of this.drawn?.marks ?? []) {
      const x = plot.valToPos(each.at / 1000, 'x', true);
      const size = 6 * ratio;
      ctx.strokeStyle = ink(INK);
      ctx.fillStyle = each.what === 'raised' ? ink(`--grade-${each.grade}`) : ink('--paper');
      ctx.setLineDash(each.what === 'raised' ? [] : [3 * ratio, 3 * ratio]);
      stroke(ctx, x, bbox.top, x, bbox.top + bbox.height);
      ctx.setLineDash([]);
      ctx.beginPath();
      ctx.moveTo(x - size, bbox.top);
      ctx.lineTo(x + size, bbox.top);
      ctx.lineTo(x, bbox.top + 1.6 * size);
      ctx.closePath();
      ctx.fill();
      ctx.stroke();
      this.sign(ctx, each, x, bbox.top + 1.8 * size, size);
    }
    ctx.restore();
  }

  /** Under the mark: which act it was, told without colour. */
  private sign(ctx: CanvasRenderingContext2D, mark: Mark, x: number, top: number, size: number): void {
    const text = SIGNS[mark.what];
    if (text === '') return;
    const [wide, high] = [ctx.measureText(text).width, 2.2 * size];
    ctx.fillStyle = ink('--paper');
    ctx.fillRect(x - wide / 2 - 2, top, wide + 4, high);
    ctx.fillStyle = ink(INK);
    ctx.fillText(text, x - wide / 2, top + high);
    if (isBack(mark.what)) stroke(ctx, x - wide, top + high * 0.55, x + wide, top + high * 0.55);
  }
}

function dataOf(drawn: Drawn): uPlot.AlignedData {
  const tables = drawn.lines.map((line) => tableOf(line, line.compared ? drawn.offset : 0));
  return tables.length === 0 ? [[]] : uPlot.join(tables, tables.map(() => [0, NULLS_EXPAND]));
}

function lone(values: uPlot.AlignedData[number] | undefined): boolean {
  return [...(values ?? [])].filter((value) => value != null).length === 1;
}

/** As far as the readings and the limits to be seen, with some room; of one value alone as far as any limit. */
function reaching(limits: readonly { readonly value: number; readonly seen?: boolean }[]): uPlot.Range.Function {
  return (_, least, most) => {
    const within = limits.filter((limit) => limit.seen || least === most).map((limit) => limit.value);
    const all = [...within, least, most].filter(Number.isFinite);
    if (all.length === 0) return [least, most];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return low === high ? aroundOne(low) : uPlot.rangeNum(low, high, 0.15, true);
  };
}

function stroke(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
