"""Pages of the news: its sources, and what organizers see of the work behind them."""
