// ECharts, tree-shaken: lines and bars, drawn from JSON beside the element, in the page's colours.
import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, LegendComponent, TitleComponent, TooltipComponent, CanvasRenderer, SVGRenderer]);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const written = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
const lastKnown = (run) => run.findLastIndex((value) => value !== null);

// A year is named in the middle of its span and ticked at its end, where its target stands.
const yearsOf = (periods) => {
  const last = new Map(periods.map((period, at) => [period.slice(0, 4), at]));
  const middle = new Map();
  let before = 0;
  for (const [year, end] of last) {
    middle.set(last.size === periods.length ? end : Math.floor((before + end) / 2), year);
    before = end;
  }
  return { ends: new Set(last.values()), middle };
};

// The newest value is written right of its dot and below, away from the years before; above where
// it has passed the target that comes next, left where there is no room.
const besideDot = (data, at, value) => {
  if (at > data.periods.length * 0.85) return { position: "left" };
  const next = data.target.find((target, place) => place >= at && target !== null);
  return next !== undefined && value >= next ? { position: "top" } : { position: "right", offset: [2, 11] };
};

// A sum since January is one line a year: it starts anew, it does not fall. The newest value of
// all is marked and written out.
const knownSeries = (data) => {
  const newest = Math.max(...data.runs.map(lastKnown));
  return data.runs.map((run) => ({
    name: data.labels.actual,
    type: "line",
    data: run.map((value, at) => (at === newest && lastKnown(run) === newest ? { value, symbolSize: 8, label: { show: true, ...besideDot(data, at, value) } } : value)),
    symbol: "circle",
    symbolSize: 0,
    showAllSymbol: true,
    label: { color: token("--accent"), fontWeight: 600, formatter: (p) => written.format(p.value) },
    lineStyle: { width: 2, color: token("--accent") },
    itemStyle: { color: token("--accent") },
  }));
};

// What the path expects between the yearly targets: as thin and dashed as the way to a target.
const expectedSeries = (data) =>
  (data.expected ?? []).map((run) => ({
    name: data.labels.target,
    type: "line",
    data: run,
    symbol: "none",
    lineStyle: { type: "dashed", width: 1.2, color: token("--muted") },
    itemStyle: { color: token("--muted") },
  }));

// What was known before values were corrected: faint, behind what is known.
const vintageSeries = (data) =>
  (data.vintages ?? []).map((run) => ({
    name: data.labels.vintage,
    type: "line",
    data: run,
    symbol: "none",
    silent: true,
    lineStyle: { width: 1, color: token("--line-strong") },
    itemStyle: { color: token("--line-strong") },
  }));

// The forecast: two steps of a fan, each a band stacked on an invisible line, and a dotted median.
const fanSeries = (data) =>
  (data.fans ?? []).flatMap((fan, at) => {
    const band = (low, high, opacity, z) => {
      const line = { name: data.labels.fan, type: "line", stack: `fan ${at} ${z}`, symbol: "none", silent: true, z, lineStyle: { opacity: 0 }, tooltip: { show: false } };
      const width = fan[high].map((value, place) => (value === null ? null : value - fan[low][place]));
      return [
        { ...line, data: fan[low] },
        { ...line, data: width, areaStyle: { color: token("--accent"), opacity } },
      ];
    };
    const median = {
      name: data.labels.forecast,
      type: "line",
      data: fan.median,
      symbol: "none",
      lineStyle: { type: "dotted", width: 1.6, color: token("--accent") },
      itemStyle: { color: token("--accent") },
    };
    return [...band("low", "high", 0.12, 0), ...band("lower", "upper", 0.2, 1), median];
  });

// Zero is the base, unless all values are so far from it that the line would say nothing.
const farFromZero = (data) => {
  const values = [...data.target, ...data.runs.flat(), ...(data.fans ?? []).flatMap((fan) => fan.low)].filter((value) => value !== null);
  return Math.min(...values) > Math.max(...values) * 0.6;
};

const pathChart = (data) => {
  const years = yearsOf(data.periods);
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 44, top: 40, bottom: 8, containLabel: true },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: token("--surface"),
      borderColor: token("--line-strong"),
      textStyle: { color: token("--ink") },
      valueFormatter: (value) => (value === null || value === undefined ? "—" : `${written.format(value)} ${data.unit}`),
    },
    legend: {
      top: 0,
      left: 0,
      itemWidth: 18,
      itemHeight: 8,
      textStyle: { color: token("--muted") },
      data: [{ name: data.labels.actual, icon: "roundRect" }, ...(data.target.some((value) => value !== null) ? [{ name: data.labels.target, icon: "diamond" }] : []), ...(data.fans?.length ? [{ name: data.labels.forecast }, { name: data.labels.fan, icon: "rect", itemStyle: { color: token("--accent"), opacity: 0.25 } }] : []), ...(data.vintages?.length ? [{ name: data.labels.vintage, icon: "roundRect" }] : [])],
    },
    xAxis: {
      type: "category",
      data: data.periods,
      boundaryGap: false,
      axisLine: { lineStyle: { color: token("--line-strong") } },
      axisTick: { interval: (at) => years.ends.has(at) },
      axisLabel: { color: token("--muted"), interval: (at) => years.middle.has(at), formatter: (_period, at) => years.middle.get(at) ?? "", hideOverlap: true },
    },
    yAxis: {
      type: "value",
      scale: farFromZero(data),
      splitLine: { lineStyle: { color: token("--line") } },
      axisLabel: { color: token("--muted"), formatter: (value) => written.format(value) },
    },
    series: [
      {
        name: data.labels.target,
        type: "line",
        data: data.target,
        connectNulls: true,
        symbol: "diamond",
        symbolSize: 10,
        showAllSymbol: true,
        lineStyle: { type: "dashed", width: data.expected?.length ? 0 : 1.2, color: token("--muted") },
        itemStyle: { color: token("--muted") },
        label: { show: true, position: "top", color: token("--ink"), formatter: (p) => (p.value === null ? "" : written.format(p.value)) },
      },
      ...expectedSeries(data),
      ...fanSeries(data),
      ...vintageSeries(data),
      ...knownSeries(data),
    ],
  };
};

// A picture that leaves the page says what it shows, in what unit, as of when, from where, and
// that it was made up where it was.
const captioned = (data, option) => ({
  ...option,
  title: [
    { text: data.title, subtext: [data.caption, data.chances].filter(Boolean).join("\n"), left: 24, top: 18, itemGap: 8, textStyle: { color: token("--ink"), fontSize: 22 }, subtextStyle: { color: token("--muted"), fontSize: 14, lineHeight: 20 } },
    { text: data.plan, left: 24, bottom: 12, textStyle: { color: token("--muted"), fontSize: 12, fontWeight: 400 } },
    ...(data.mark ? [{ text: data.mark, right: 24, top: 18, padding: [6, 12], borderColor: token("--watch"), borderWidth: 1, textStyle: { color: token("--watch"), fontSize: 15 } }] : []),
  ],
  legend: { ...option.legend, top: data.chances ? 104 : 84, left: 20 },
  grid: { ...option.grid, top: data.chances ? 150 : 130, left: 24, right: 64, bottom: 44 },
});

const kinds = { path: pathChart };

export function drawAll(scope) {
  for (const element of scope.querySelectorAll("[data-chart]")) {
    const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
    const chart = init(element, null, { renderer: "svg" });
    chart.setOption(kinds[element.dataset.chart](data));
    new ResizeObserver(() => chart.resize()).observe(element);
    for (const button of document.querySelectorAll(`[data-download="${element.id}"]`)) {
      button.addEventListener("click", () => download(data.file, captioned(data, kinds[element.dataset.chart](data)), button.dataset.type));
    }
  }
}

// Drawn anew off screen at a fixed size, so that every download looks the same.
function download(name, option, type) {
  const holder = document.createElement("div");
  const chart = init(holder, null, { renderer: type === "png" ? "canvas" : "svg", width: 1200, height: 600 });
  chart.setOption(option);
  const link = document.createElement("a");
  link.href = chart.getDataURL({ type, pixelRatio: 2, backgroundColor: token("--surface") });
  link.download = `${name}.${type}`;
  link.click();
  chart.dispose();
}
