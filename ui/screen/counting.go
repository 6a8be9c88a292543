package screen

import (
	"fmt"
	"slices"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/safe"
)

// counting is how far the work on many buckets is: the part of Running that is about them.
type counting struct {
	Buckets int      // how many there are; 0: it is not known yet, or not about many
	under   []string // that are worked on
	count   steps.Counted
	open    []steps.Counted // that are not done, the last ones
}

// mostOpen is how many buckets that are not done are named: the table at the end has all.
const mostOpen = 4

func (c *counting) begun(e steps.Begun) { c.under = append(c.under, e.Bucket) }

func (c *counting) ended(e steps.Counted) {
	c.count, c.Buckets = e, e.Of
	if i := slices.Index(c.under, e.Bucket); i >= 0 {
		c.under = slices.Delete(c.under, i, i+1)
	}
	if e.Problem != nil {
		c.open = append(c.open[max(0, len(c.open)-mostOpen+1):], e)
	}
}

// draw draws a bar, what is worked on, and what went wrong.
func (c *counting) draw(p *draw.Page) {
	if c.Buckets == 0 {
		return
	}
	said := fmt.Sprintf("%d of %d buckets", c.count.Done, c.Buckets)
	if c.count.Failed > 0 {
		said += fmt.Sprintf(", %d not done", c.count.Failed)
	}
	p.Add(p.Bar(c.count.Done, c.Buckets, min(p.Width-len(said)-2, 40)) + "  " + said)
	if n := len(c.under); n > 0 {
		now := safe.Line(c.under[0])
		if n > 1 {
			now += fmt.Sprintf(" and %d more", n-1)
		}
		p.Add(draw.Cut(p.Paint(draw.MarkNow)+" "+now, p.Width))
	}
	for _, o := range c.open {
		p.Add(draw.Cut(p.Paint(draw.MarkFailed)+" "+safe.Line(o.Bucket+": "+draw.Sentence(o.Problem.Summary)), p.Width))
	}
}
