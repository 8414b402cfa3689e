import type { Listed } from './listing.svelte';

/** The rows of a list that somebody looks for; all else is the list's. */
export function soughtIn<T>(listing: Listed<T>, fits: (item: T) => boolean): Listed<T> {
  return {
    get rows() {
      return listing.rows.filter(({ item }) => fits(item));
    },
    get loaded() {
      return listing.loaded;
    },
    get more() {
      return listing.more;
    },
    get problem() {
      return listing.problem;
    },
    get readAt() {
      return listing.readAt;
    },
    get longest() {
      return listing.longest;
    },
    hold: () => listing.hold(),
    again: () => listing.again(),
    lengthen: () => listing.lengthen(),
  };
}

/** Whether all words of what is sought stand somewhere in these texts, in either case. */
export function fitsWords(sought: string, ...texts: readonly string[]): boolean {
  const text = texts.join(' ').toLowerCase();
  return sought
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
