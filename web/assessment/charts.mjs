// SPDX-License-Identifier: Apache-2.0
// What assessment.html takes of the chart library.
export { plot, areaY, barX, dot, gridX, gridY, line, link, ruleX, ruleY, text, tickX, axisX, axisY } from "@observablehq/plot";
