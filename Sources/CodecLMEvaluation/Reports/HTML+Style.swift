import CodecLM

extension HTML {
  static let style = """
    :root {
      color-scheme: light dark;
      --paper: #fdfdfc; --panel: #f3f3f0; --ink: #1d1f21; --faint: #63676b; --line: #dcdcd6;
      --first: #2f6fb5; --second: #d0662a; --third: #4b8f4b; --caution: #8a5a00;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #16181a; --panel: #202326; --ink: #e6e6e3; --faint: #9da2a7; --line: #34383c;
        --first: #6ea8e6; --second: #ec9463; --third: #84c284; --caution: #e0b25c;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
    }
    main { max-width: 1120px; margin: 0 auto; padding: 24px 20px 64px; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: 8px 0 24px; overflow-wrap: anywhere; }
    h2 { font-size: 1.15rem; margin: 40px 0 12px; }
    p { max-width: 68ch; color: var(--faint); margin: 12px 0; }
    figure { margin: 0; min-width: 0; }
    figcaption { color: var(--faint); font-size: 0.875rem; margin-bottom: 6px; }
    img { display: block; width: 100%; height: auto; image-rendering: pixelated; border-radius: 2px; }
    .bars { display: grid; gap: 14px; }
    .bar { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; align-items: baseline; }
    .bar small { color: var(--faint); font-size: 0.875rem; }
    .bar .value { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
    .track { grid-column: 1 / -1; height: 8px; border-radius: 4px; background: var(--panel); }
    .track span { display: block; height: 100%; border-radius: 4px; background: var(--first); }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
    th, td { padding: 7px 10px; border-bottom: 1px solid var(--line); text-align: left; }
    th { color: var(--faint); font-weight: 500; vertical-align: bottom; }
    th:first-child, td:first-child { padding-left: 0; }
    td:not(.number) { min-width: 7.5em; }
    .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
    .warnings { list-style: none; padding: 0; margin: 24px 0 0; display: grid; gap: 8px; }
    .warnings li {
      padding: 10px 14px; background: var(--panel); border-left: 3px solid var(--caution);
    }
    .sheets { display: grid; gap: 24px; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); }
    .sheet { display: grid; gap: 3px; grid-template-columns: repeat(var(--columns, 6), 1fr); }
    .sheet img { aspect-ratio: 1; object-fit: contain; }
    .neighbours { display: grid; gap: 14px 32px; }
    .row { display: grid; grid-template-columns: repeat(6, 1fr); gap: 6px; }
    .row img { aspect-ratio: 1; object-fit: contain; }
    .row figcaption { font-size: 0.75rem; margin: 2px 0 0; text-align: center; }
    .own img { outline: 2px solid var(--second); }
    .histogram { display: block; width: 100%; height: 180px; border-bottom: 1px solid var(--line); }
    .histogram path { fill-opacity: 0.35; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
    path.series-0 { fill: var(--first); stroke: var(--first); }
    path.series-1 { fill: var(--second); stroke: var(--second); }
    path.series-2 { fill: var(--third); stroke: var(--third); }
    .figures { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); }
    .figure { background: var(--panel); border-radius: 6px; padding: 10px 14px; }
    .figure b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
    .figure span { display: block; color: var(--faint); font-size: 0.875rem; line-height: 1.35; }
    .charts { display: grid; gap: 32px 40px; }
    .chart .legend { min-height: 1.5em; color: var(--faint); }
    .plot { position: relative; margin-left: 56px; height: 220px; }
    .plot svg { display: block; width: 100%; height: 100%; overflow: hidden; }
    .plot path.line {
      fill: none; stroke-width: 1.75; stroke-linejoin: round; vector-effect: non-scaling-stroke;
    }
    .plot path.point { stroke-width: 6; stroke-linecap: round; }
    .plot path.grid { stroke: var(--line); vector-effect: non-scaling-stroke; }
    .tick {
      position: absolute; right: 100%; margin-right: 8px; transform: translateY(50%);
      color: var(--faint); font-size: 0.8rem; line-height: 1; white-space: nowrap; font-variant-numeric: tabular-nums;
    }
    .chart .axis { margin: 6px 0 0 56px; }
    .strip { display: flex; gap: 16px; overflow-x: auto; padding-bottom: 8px; }
    .strip figure { flex: 0 0 min(236px, 72vw); }
    .axis { display: flex; justify-content: space-between; color: var(--faint); font-size: 0.8rem; }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-bottom: 10px; font-size: 0.875rem; }
    .legend i { display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 2px; }
    i.series-0 { background: var(--first); }
    i.series-1 { background: var(--second); }
    i.series-2 { background: var(--third); }
    dl { display: grid; grid-template-columns: minmax(110px, auto) 1fr; gap: 6px 20px; margin: 0; }
    dt { color: var(--faint); }
    dd { margin: 0; overflow-wrap: anywhere; }
    details { margin-top: 14px; font-size: 0.875rem; }
    summary { cursor: pointer; }
    @media (min-width: 900px) {
      .neighbours, .charts { grid-template-columns: 1fr 1fr; }
    }
    @media (max-width: 480px) {
      main { padding: 12px 14px 40px; }
      dl { grid-template-columns: 1fr; gap: 0; }
      dd { margin-bottom: 10px; }
    }
    """
}
