publish() { push_image; }
