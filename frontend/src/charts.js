// ECharts, tree-shaken: lines and bars, drawn from JSON beside the element, in the page's colours.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer, SVGRenderer]);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const pathChart = (data) => ({
  animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
  grid: { left: 8, right: 24, top: 32, bottom: 8, containLabel: true },
  tooltip: { trigger: "axis", backgroundColor: token("--surface"), borderColor: token("--line-strong"), textStyle: { color: token("--ink") } },
  legend: { top: 0, right: 0, data: [data.labels.target, data.labels.actual], textStyle: { color: token("--muted") } },
  xAxis: { type: "category", data: data.periods, axisLine: { lineStyle: { color: token("--line-strong") } }, axisLabel: { color: token("--muted") } },
  yAxis: { type: "value", min: 0, name: data.unit, nameTextStyle: { color: token("--muted") }, splitLine: { lineStyle: { color: token("--line") } }, axisLabel: { color: token("--muted") } },
  series: [
    {
      name: data.labels.target, type: "line", data: data.target, connectNulls: true, symbol: "diamond", symbolSize: 9,
      lineStyle: { type: "dashed", width: 1.2, color: token("--muted") }, itemStyle: { color: token("--muted") },
      label: { show: true, position: "top", color: token("--muted"), formatter: (p) => (p.value ?? "") },
    },
    // A sum since January is one line a year: it starts anew, it does not fall.
    ...data.runs.map((run) => ({
      name: data.labels.actual, type: "line", data: run, connectNulls: false, showSymbol: false,
      lineStyle: { width: 2, color: token("--accent") }, itemStyle: { color: token("--accent") },
    })),
  ],
});

const kinds = { path: pathChart };

export function drawAll(scope) {
  for (const element of scope.querySelectorAll("[data-chart]")) {
    const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
    const chart = init(element, null, { renderer: "svg" });
    chart.setOption(kinds[element.dataset.chart](data));
    new ResizeObserver(() => chart.resize()).observe(element);
    for (const button of document.querySelectorAll(`[data-download="${element.id}"]`)) {
      button.addEventListener("click", () => download(element.id, kinds[element.dataset.chart](data), button.dataset.type));
    }
  }
}

// Drawn anew off screen at a fixed size, so that every download looks the same.
function download(name, option, type) {
  const holder = document.createElement("div");
  const chart = init(holder, null, { renderer: type === "png" ? "canvas" : "svg", width: 1200, height: 600 });
  chart.setOption({ ...option, animation: false });
  const link = document.createElement("a");
  link.href = chart.getDataURL({ type, pixelRatio: 2, backgroundColor: token("--surface") });
  link.download = `${name}.${type}`;
  link.click();
  chart.dispose();
}
