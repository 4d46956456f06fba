"use strict";
// Draws what the data of the page hold with Chart.js. Without scripts the pictures stay.
(function () {
  const data = JSON.parse(document.getElementById("plot-data").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const blue = dark ? "#7ab3e8" : "#2166ac";
  const pale = dark ? "rgba(122,179,232,.45)" : "rgba(33,102,172,.35)";
  const orange = dark ? "#f0a94a" : "#c2661b";
  Chart.defaults.color = dark ? "#9aa7b4" : "#5a6672";
  Chart.defaults.borderColor = dark ? "#303841" : "#dfe4e8";
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  const number = x => Number(x).toPrecision(4);
  const axis = (text, more) => Object.assign({ title: { display: text !== "", text: text } }, more);

  function draw(id, config) {
    const canvas = document.getElementById(id);
    if (!canvas) return null;
    canvas.closest("figure").hidden = false;
    return new Chart(canvas, config);
  }

  document.getElementById("closer").hidden = false;

  const p = data.parameters;
  draw("plot-parameters", {
    data: {
      labels: p.names,
      datasets: [
        { type: "line", label: "mean", data: p.mean, showLine: false, pointRadius: 3,
          borderColor: blue, backgroundColor: blue },
        { type: "bar", label: "90 % interval", data: p.low.map((x, i) => [x, p.high[i]]),
          backgroundColor: pale, maxBarThickness: 14 }
      ]
    },
    options: {
      interaction: { mode: "index", intersect: false },
      plugins: { tooltip: { callbacks: { label: c => c.dataset.type === "line"
        ? "mean " + number(p.mean[c.dataIndex])
        : "90 %: " + number(p.low[c.dataIndex]) + " to " + number(p.high[c.dataIndex]) } } },
      scales: { x: axis(""), y: axis(p.unit) }
    }
  });

  const choice = document.getElementById("plot-choice");
  const shape = h => ({
    labels: h.count.map((c, i) => number(h.from + (i + 0.5) * h.width)),
    datasets: [{ label: "draws", data: h.count, backgroundColor: pale, categoryPercentage: 1,
      barPercentage: 1 }]
  });
  if (choice && data.histograms.length > 0) {
    data.histograms.forEach((h, i) => choice.add(new Option(h.name, String(i))));
    const chart = draw("plot-histogram", {
      type: "bar",
      data: shape(data.histograms[0]),
      options: { plugins: { legend: { display: false } }, scales: { x: axis(p.unit), y: axis("draws") } }
    });
    choice.addEventListener("change", () => {
      chart.data = shape(data.histograms[Number(choice.value)]);
      chart.update();
    });
  }

  const r = data.residuals;
  draw("plot-residuals", {
    type: "scatter",
    data: { datasets: [{ label: "standardised residual", pointRadius: 2.5, borderColor: blue,
      backgroundColor: pale, data: r.value.map((y, i) => ({ x: r.number[i], y: y })) }] },
    options: {
      plugins: { legend: { display: false }, tooltip: { callbacks: {
        label: c => r.label[c.dataIndex] + ": " + number(c.parsed.y) } } },
      scales: { x: axis("datum"), y: axis("(predicted − measured) / sd") }
    }
  });

  const s = data.steps;
  draw("plot-steps", {
    type: "line",
    data: {
      labels: s.iteration,
      datasets: [
        { label: "size of a step", data: s.residual, borderColor: blue, backgroundColor: blue,
          pointRadius: 0, borderWidth: 1.5 },
        { label: "spread", data: s.spread, borderColor: orange, backgroundColor: orange,
          pointRadius: 0, borderWidth: 1.5 }
      ]
    },
    options: {
      interaction: { mode: "index", intersect: false },
      scales: { x: axis("iteration"), y: axis("", { type: "logarithmic" }) }
    }
  });
})();
