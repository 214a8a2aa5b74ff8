package notebook

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"

	"ml3/mllib/paper"
)

// Map shows a table with a line for each experiment: figure, notebook, command, table,
// time of a stored seed, and verdicts on its claims, from the stored results.
func Map() {
	text := Value(mapMarkdown())
	if !gonbui.IsNotebook {
		panic(errNoNotebook)
	}
	gonbui.DisplayMarkdown(text)
	flush()
}

// mapMarkdown is the table of Map.
func mapMarkdown() (string, error) {
	verdicts, err := storedVerdicts()
	if err != nil {
		return "", err
	}
	seconds, err := storedSeconds()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| figure | notebook | command | table | time of a seed | claims reproduced, inconclusive, not |\n|---|---|---|---|---|---|\n")
	for _, e := range paper.All() {
		g, v := paper.GuideOf(e.Name), verdicts[e.Name]
		number, _, _ := strings.Cut(g.Notebook, "_")
		fmt.Fprintf(&b, "| [%s](../figures/%s.png) | [%s](%s) | `ml3 run %s` | [`%s.csv`](../data/results/%s.csv) | %s | %d, %d, %d |\n",
			e.Figure, g.Figure, number, g.Notebook, e.Name, e.Name, e.Name, seconds[e.Name],
			v[string(paper.Reproduced)], v[string(paper.Inconclusive)], v[string(paper.NotReproduced)])
	}
	return b.String(), nil
}

// storedVerdicts counts the outcomes in data/claims.csv by experiment.
func storedVerdicts() (map[string]map[string]int, error) {
	f, err := os.Open(filepath.Join(Data, "claims.csv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("claims.csv: %w", err)
	}
	counts := map[string]map[string]int{}
	for _, row := range rows[min(1, len(rows)):] {
		if len(row) < 5 {
			return nil, fmt.Errorf("claims.csv: %d columns, want at least 5", len(row))
		}
		if counts[row[1]] == nil {
			counts[row[1]] = map[string]int{}
		}
		counts[row[1]][row[4]]++
	}
	return counts, nil
}

// storedSeconds is the mean time of a stored seed by experiment, – for none.
func storedSeconds() (map[string]string, error) {
	data, err := os.ReadFile(filepath.Join(Data, "results", "manifest.json"))
	if err != nil {
		return nil, err
	}
	var m struct {
		Experiments map[string]struct {
			Seeds []struct {
				Seconds float64
				Error   string
			}
		}
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	means := map[string]string{}
	for _, e := range paper.All() {
		sum, n := 0.0, 0
		for _, s := range m.Experiments[e.Name].Seeds {
			if s.Error == "" {
				sum, n = sum+s.Seconds, n+1
			}
		}
		means[e.Name] = "–"
		if n > 0 {
			means[e.Name] = fmt.Sprintf("%.0f s", sum/float64(n))
		}
	}
	return means, nil
}
