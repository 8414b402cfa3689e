"""What keeps a page from being used without eyes or without a mouse, as far as a machine can see."""

from playwright.sync_api import Page

# Names, headings, tables, ids and contrast, by the rules of WCAG 2.2 AA (1.3.1, 1.4.3, 2.4.6, 4.1.2).
LOOK = """
() => {
  const found = [];
  const seen = (e) => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
  const what = (e) => `${e.tagName.toLowerCase()} ${e.outerHTML.slice(0, 120)}`;
  const named = (e) => {
    const by = (e.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean);
    const labels = [...(e.labels ?? [])].map((label) => label.textContent);
    const names = [e.getAttribute('aria-label'), e.getAttribute('title'), e.textContent, ...labels,
      ...by.map((id) => document.getElementById(id)?.textContent)];
    return names.some((name) => (name ?? '').trim() !== '');
  };
  const actors = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  for (const e of document.querySelectorAll(actors)) {
    if (!seen(e)) continue;
    const own = e.matches('select') ? (e.labels?.length || e.getAttribute('aria-label')) : named(e);
    if (!own) found.push(`no name: ${what(e)}`);
    const box = e.getBoundingClientRect();
    const inText = getComputedStyle(e).display === 'inline' || e.matches('.unseen, .skip, label input');
    if (!inText && box.width > 0 && (box.height < 12 || box.width < 8)) found.push(`tiny: ${what(e)}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) found.push(`id twice: ${id}`);
  const heads = document.querySelectorAll('h1').length;
  if (heads !== 1) found.push(`${heads} main headings`);
  for (const th of document.querySelectorAll('th')) {
    if (!th.hasAttribute('scope')) found.push(`no scope: ${what(th)}`);
  }
  for (const svg of document.querySelectorAll('svg')) {
    if (svg.getAttribute('aria-hidden') !== 'true' && !svg.getAttribute('aria-label')
        && svg.getAttribute('role') !== 'img') found.push(`no name: ${what(svg)}`);
  }
  if (!document.documentElement.lang || !document.title) found.push('no language or title');

  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== 'none') return null;
      const color = parse(style.backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
      if (color[3] > 0) return null;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const told = new Set();
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || told.has(e) || !seen(e) || e.closest(':disabled')) continue;
    told.add(e);
    const style = getComputedStyle(e);
    const back = ground(e);
    if (e.closest('svg') || back === null) continue;
    const pair = [light(parse(style.color)), light(back)].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${what(e)}`);
  }
  return found;
}
"""


def expect_legible(page: Page) -> None:
    """Everything that acts has a name, tables and headings have their marks, text its contrast."""
    found: list[str] = page.evaluate(LOOK)
    assert found == [], "\n".join(found)
