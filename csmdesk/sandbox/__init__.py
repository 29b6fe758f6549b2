"""An embedded vendor's accounts at the systems that CSMDesk reads, over real HTTP.

The sandbox always runs as its own process (`csmdesk sandbox`). Its world is a pure function
of (seed, customers, today); everything the APIs answer is rendered from it, plus an
overlay of what clients wrote. Nothing here is imported by the product's other rooms.
"""
